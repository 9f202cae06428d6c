import { z } from "zod";
import { readJson, writeJson } from "../../cli/videos/json-file.ts";

const record = z.object({
  uploadId: z.string().optional(),
  videoPostId: z.string().optional(),
  fileIndex: z.number().optional(),
});
const records = z.record(z.string(), record);

/** What became of a source: an upload that was started, or the post that it was made into. */
export type IngestRecord = z.infer<typeof record>;

export function readRecord(file: string, fingerprint: string): IngestRecord {
  return readRecords(file)[fingerprint] ?? {};
}

export function writeRecord(file: string, fingerprint: string, value: IngestRecord): void {
  writeJson(file, { ...readRecords(file), [fingerprint]: value });
}

function readRecords(file: string): Record<string, IngestRecord> {
  const parsed = records.safeParse(readJson(file));
  return parsed.success ? parsed.data : {};
}
