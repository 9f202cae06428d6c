import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { Socket } from "node:net";
import { dirname } from "node:path";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { descendantsOf, signalAll } from "./process-tree.ts";

export type ServiceOptions = {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
  /** Milliseconds between asking it to stop and killing it. */
  readonly graceMs: number;
  /** What asks it to stop; SIGTERM unless something else is named. */
  readonly stopSignal?: NodeJS.Signals;
  /** Asks it to stop when this process is gone, killed or not. */
  readonly endsWithUs?: boolean;
};

/**
 * Runs a command beside a watcher that reads from the pipe to us and, at its end, asks the command to stop. The watcher
 * is nobody's child, since some programs look after every child that they have.
 */
const watched = (stopSignal: NodeJS.Signals) =>
  `( (read -r _ <&3; kill -${stopSignal.slice(3)} $$) & ); exec "$@" 3<&-`;

/** A service ended that nobody had asked to end. */
export class ServiceEnded extends Error {
  override name = "ServiceEnded";
  readonly logFile: string;
  constructor(message: string, logFile: string) {
    super(message);
    this.logFile = logFile;
  }
}

/** A long-running program of ours, in its own process group so that Ctrl-C reaches it only through us. */
export class Service {
  readonly name: string;
  readonly pid: number | undefined;
  /** Why it ended, as soon as it has. */
  readonly ended: Promise<ServiceEnded>;
  readonly #child: ChildProcess;
  readonly #graceMs: number;
  readonly #stopSignal: NodeJS.Signals;
  #running = true;

  constructor(options: ServiceOptions) {
    this.name = options.name;
    this.#graceMs = options.graceMs;
    this.#stopSignal = options.stopSignal ?? "SIGTERM";
    mkdirSync(dirname(options.logFile), { recursive: true });
    const log = openSync(options.logFile, "w");
    const { command, args, cwd, env } = options;
    const stdio: StdioOptions = ["ignore", log, log];
    const spawned = { cwd, env, detached: true };
    this.#child = options.endsWithUs
      ? spawn("/bin/sh", ["-c", watched(this.#stopSignal), "sh", command, ...args], {
          ...spawned,
          stdio: [...stdio, "pipe"],
        })
      : spawn(command, [...args], { ...spawned, stdio });
    closeSync(log);
    keepOpen(this.#child.stdio[3]);
    this.pid = this.#child.pid;
    this.ended = new Promise((resolve) => {
      const end = (how: string) => {
        this.#running = false;
        // What it has left behind in its group would keep its port and its files.
        if (this.pid !== undefined) signalAll([-this.pid], "SIGKILL");
        resolve(new ServiceEnded(`${options.name} ended unexpectedly (${how}).`, options.logFile));
      };
      this.#child.once("error", (error) => end(error.message));
      this.#child.once("exit", (code, signal) => end(signal ?? `exit code ${code}`));
    });
  }

  /** Asks it to stop, waits, and kills what is left of it and its descendants. */
  async stop(): Promise<void> {
    if (!this.#running || this.pid === undefined) return;
    const family = descendantsOf(this.pid);
    signalAll([-this.pid], this.#stopSignal);
    const timer = new AbortController();
    await Promise.race([this.ended, sleep(this.#graceMs, null, { signal: timer.signal }).catch(() => null)]);
    timer.abort();
    const late = this.#running ? descendantsOf(this.pid) : [];
    signalAll([-this.pid, ...new Set([...family, ...late])], "SIGKILL");
    await this.ended;
  }

  /** Kills it and its descendants at once. */
  kill(): void {
    if (!this.#running || this.pid === undefined) return;
    signalAll([-this.pid, ...descendantsOf(this.pid)], "SIGKILL");
  }
}

/** Nothing is written into the pipe: it only has an end. */
function keepOpen(pipe: Readable | Writable | null | undefined): void {
  if (!(pipe instanceof Socket)) return;
  pipe.on("error", () => {});
  pipe.unref();
}

/** The last lines of a log, for somebody who has to find out why it ended. */
export function tailOf(logFile: string, lines = 15): string {
  try {
    return readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
  } catch {
    return "";
  }
}
