import { spawn } from "node:child_process";

export type Times = {
  readonly wallSeconds: number;
  /** User and system time of the program and of all that it started and waited for. */
  readonly cpuSeconds: number;
};

export type TimedRun = { readonly cwd: string; readonly env?: NodeJS.ProcessEnv };

/**
 * Runs a program to its end. The shell around it prints its `times` afterwards, which is how any system tells what
 * children took; the last two numbers are theirs (POSIX, special built-in `times`). Throws when the program fails.
 */
export async function timeProgram(argv: readonly string[], { cwd, env = process.env }: TimedRun): Promise<Times> {
  const startedAt = performance.now();
  const child = spawn("sh", ["-c", '"$@" >&2; code=$?; times; exit $code', "sh", ...argv], {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = Array.fromAsync(child.stdout.setEncoding("utf8"));
  const complaints = Array.fromAsync(child.stderr.setEncoding("utf8"));
  const code = await new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
  const wallSeconds = (performance.now() - startedAt) / 1000;
  if (code !== 0) throw new Error(`${argv[0]} ended with ${code}: ${(await complaints).join("").slice(-2000)}`);
  return { wallSeconds, cpuSeconds: childSeconds((await output).join("")) };
}

/** `0m0.00s 0m0.00s` of the shell, and the same line for its children. */
function childSeconds(times: string): number {
  const numbers = [...times.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, seconds]) => 60 * Number(minutes) + Number(seconds),
  );
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
