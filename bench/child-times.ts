import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

export type Times = {
  readonly wallSeconds: number;
  /** User and system time of the program and of all that it started and waited for. */
  readonly cpuSeconds: number;
};

export type TimedProgram = { readonly cwd: string; readonly env?: NodeJS.ProcessEnv };

export type RunningProgram = {
  /** Resolves when the program has ended by itself, with what it has written; throws when it failed. */
  readonly ended: Promise<Times & { readonly output: string }>;
  /** SIGTERM, for a program that ends in no other way. */
  stop(): void;
};

/**
 * The shell prints its `times` afterwards, which reports on any system what children took; the last two numbers are
 * theirs (POSIX, special built-in `times`). A signal interrupts the first `wait` and is handed on; the second one then
 * gets the end.
 */
const SCRIPT =
  'trap \'kill -TERM "$program"\' TERM; "$@" >&2 & program=$!; wait $program; wait $program; code=$?; times; exit $code';

export function startTimed(argv: readonly string[], { cwd, env = process.env }: TimedProgram): RunningProgram {
  const startedAt = performance.now();
  const child = spawn("sh", ["-c", SCRIPT, "sh", ...argv], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const exit = new Promise<number | null>((resolve, reject) => child.on("error", reject).on("exit", resolve));
  const ended = Promise.all([exit, text(child.stdout), text(child.stderr)]).then(([code, times, complaints]) => {
    const wallSeconds = (performance.now() - startedAt) / 1000;
    if (code !== 0) throw new Error(`${argv[0]} ended with ${code}: ${complaints.slice(-2000)}`);
    return { wallSeconds, cpuSeconds: childSeconds(times), output: complaints };
  });
  return { ended, stop: () => void child.kill("SIGTERM") };
}

/** Runs a program to its end. */
export function timeProgram(argv: readonly string[], program: TimedProgram): Promise<Times> {
  return startTimed(argv, program).ended;
}

/** `0m0.00s 0m0.00s` of the shell, and the same line for its children. */
function childSeconds(times: string): number {
  const numbers = [...times.matchAll(/(\d+)m([\d.]+)s/g)].map((match) => 60 * Number(match[1]) + Number(match[2]));
  const [user, system] = numbers.slice(-2);
  if (user === undefined || system === undefined) throw new Error(`these are no times: ${times}`);
  return user + system;
}

/** What this process takes for a piece of work. */
export async function timeWork(work: () => Promise<unknown>): Promise<Times> {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wallSeconds: (performance.now() - startedAt) / 1000, cpuSeconds: (user + system) / 1e6 };
}
