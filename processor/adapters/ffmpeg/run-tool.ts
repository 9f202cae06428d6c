import { spawn } from "node:child_process";
import { type ChildGuard, childEnvironment, guardCommand, stopGroup } from "./launch.ts";

export type ToolRun = {
  readonly command: string;
  readonly args: readonly string[];
  readonly signal: AbortSignal;
  readonly timeoutSeconds: number;
  /** Where relative names would lead: a directory that holds nothing but what the tool is about. */
  readonly workingDirectory: string;
  readonly guard?: ChildGuard;
  /** Called with each piece of stdout; without it stdout is collected. */
  readonly onStdout?: (chunk: Buffer) => void;
  /** More descriptors to read, from 3 on. */
  readonly extraPipes?: number;
};

export type ToolResult = {
  readonly code: number | null;
  readonly killedBy: NodeJS.Signals | null;
  readonly timedOut: boolean;
  readonly stdout: Buffer;
  /** What came on descriptors 3 and on. */
  readonly pipes: readonly Buffer[];
  /** The last lines. */
  readonly stderr: readonly string[];
};

/** ffprobe of a file with many streams stays far below; what prints more is not answering the question. */
const MAX_COLLECTED_BYTES = 16 * 1024 * 1024;
const STDERR_BYTES = 16 * 1024;

/**
 * Runs a short-lived tool: clean environment, own process group, no stdin. A timeout ends it and is reported in the
 * result; an abort ends it and throws the signal's reason; a missing program throws.
 */
export async function runTool(run: ToolRun): Promise<ToolResult> {
  run.signal.throwIfAborted();
  const { command, args } = guardCommand(run.command, run.args, run.guard ?? NO_GUARD);
  const extra = Array.from({ length: run.extraPipes ?? 0 }, () => "pipe" as const);
  const child = spawn(command, args, {
    cwd: run.workingDirectory,
    detached: true,
    env: childEnvironment(),
    stdio: ["ignore", "pipe", "pipe", ...extra],
    windowsHide: true,
  });
  const stdout = new Collector(MAX_COLLECTED_BYTES);
  const stderr = new Collector(STDERR_BYTES);
  const pipes = extra.map(() => new Collector(MAX_COLLECTED_BYTES));
  child.stdout?.on("data", run.onStdout ?? ((chunk: Buffer) => stdout.push(chunk)));
  child.stderr?.on("data", (chunk: Buffer) => stderr.push(chunk));
  pipes.forEach((pipe, i) => {
    child.stdio[3 + i]?.on("data", (chunk: Buffer) => pipe.push(chunk));
  });

  const ending = endOn(child.pid, run);
  try {
    const [code, killedBy] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (...result) => resolve(result));
    });
    run.signal.throwIfAborted();
    return {
      code,
      killedBy,
      timedOut: ending.timedOut(),
      stdout: stdout.bytes(),
      pipes: pipes.map((pipe) => pipe.bytes()),
      stderr: stderr.bytes().toString("utf8").split("\n"),
    };
  } finally {
    ending.dispose();
  }
}

const NO_GUARD: ChildGuard = { setpriv: false, prlimit: false, memoryBytes: null };

function endOn(pid: number | undefined, run: ToolRun) {
  let timedOut = false;
  let stopWaiting = () => {};
  const stop = () => {
    if (pid !== undefined) stopWaiting = stopGroup(pid);
  };
  const timer = setTimeout(() => {
    timedOut = true;
    stop();
  }, run.timeoutSeconds * 1000);
  run.signal.addEventListener("abort", stop, { once: true });
  return {
    timedOut: () => timedOut,
    dispose: () => {
      clearTimeout(timer);
      stopWaiting();
      run.signal.removeEventListener("abort", stop);
    },
  };
}

/** Keeps the last bytes up to a limit. */
class Collector {
  #chunks: Buffer[] = [];
  #length = 0;
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    while (this.#length - (this.#chunks[0]?.length ?? 0) >= this.#limit) {
      this.#length -= this.#chunks.shift()?.length ?? 0;
    }
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks).subarray(-this.#limit);
  }
}
