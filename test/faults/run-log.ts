import { closeSync, openSync, readSync } from "node:fs";

/** A line of a processor's log, as far as it is read here. */
export type LogLine = {
  readonly pid: number;
  readonly msg: string;
  readonly jobId?: string;
  readonly kind?: "TRANSCODE" | "ENCRYPT";
  readonly end?: string;
  readonly clearPrefix?: string;
  readonly encryptedPrefix?: string;
};

export type RunLog = {
  /** What was written since the last call. Half a line waits for its end. */
  news(): LogLine[];
  close(): void;
};

const BUFFER_BYTES = 64 * 1024;

export function openRunLog(path: string): RunLog {
  const file = openSync(path, "r");
  const buffer = Buffer.alloc(BUFFER_BYTES);
  let half = "";
  return {
    news: () => {
      for (;;) {
        const bytes = readSync(file, buffer, 0, BUFFER_BYTES, null);
        if (bytes === 0) break;
        half += buffer.toString("latin1", 0, bytes);
      }
      const lines = half.split("\n");
      half = lines.pop() ?? "";
      return lines.flatMap(parsed);
    },
    close: () => closeSync(file),
  };
}

/** What a tool prints is no line of the log, nor is a line that a kill has cut off. */
function parsed(line: string): LogLine[] {
  if (!line.startsWith("{")) return [];
  try {
    return [JSON.parse(line) as LogLine];
  } catch {
    return [];
  }
}
