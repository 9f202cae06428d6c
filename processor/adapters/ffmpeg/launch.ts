import { availableParallelism } from "node:os";

/** Paths or names of the two programs. */
export type MediaTools = { readonly ffmpeg: string; readonly ffprobe: string };

/** Time between the request to end and the end by force. */
export const KILL_GRACE_MS = 3000;

/**
 * The environment of a child: what the loader needs and nothing else. The processor's own holds every secret, and a
 * decoder that was taken over by a crafted file could read it.
 */
export function childEnvironment(source: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const names = ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SystemRoot"];
  const kept = names.flatMap((name) => (source[name] === undefined ? [] : [[name, source[name]]]));
  return { ...Object.fromEntries(kept), LC_ALL: "C" };
}

/** Whether this machine has setpriv, which makes a child die with its parent, and prlimit, which limits its memory (util-linux). */
export type GuardTools = { readonly setpriv: boolean; readonly prlimit: boolean };

/** What guards a child: the tools that exist, and the private memory that it may have. */
export type ChildGuard = GuardTools & { readonly memoryBytes: number | null };

/** Stacks and arenas of the threads that encoders and decoders start for each core; 90 MiB were measured. */
const MEMORY_PER_CORE_BYTES = 128 * 2 ** 20;

/**
 * Wraps a command so that it dies with this process, and within a limit of memory, where the system can do that. The
 * limit is on private writable memory (RLIMIT_DATA) and not on address space, of which threads reserve far more than
 * they use.
 */
export function guardCommand(
  command: string,
  args: readonly string[],
  { setpriv, prlimit, memoryBytes }: ChildGuard,
  cores = availableParallelism(),
): { readonly command: string; readonly args: readonly string[] } {
  const prefix = [
    ...(setpriv ? ["setpriv", "--pdeathsig", "KILL", "--"] : []),
    ...(prlimit && memoryBytes !== null
      ? ["prlimit", `--data=${memoryBytes + cores * MEMORY_PER_CORE_BYTES}`, "--core=0", "--"]
      : []),
  ];
  const [first = command, ...rest] = [...prefix, command, ...args];
  return { command: first, args: rest };
}

/** Signals a process and its children; a process that has ended is no error. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** TERM now and KILL after the grace period; the function that is returned ends the wait. */
export function stopGroup(pid: number): () => void {
  signalGroup(pid, "SIGTERM");
  const timer = setTimeout(() => signalGroup(pid, "SIGKILL"), KILL_GRACE_MS);
  return () => clearTimeout(timer);
}
