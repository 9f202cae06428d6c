import type { Capabilities } from "./capabilities.ts";

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

/** Wraps a command so that it dies with this process, and within a limit of memory, where the system can do that. */
export function guardCommand(
  command: string,
  args: readonly string[],
  capabilities: Pick<Capabilities, "setpriv" | "prlimit">,
  addressSpaceBytes: number | null,
): { readonly command: string; readonly args: readonly string[] } {
  const prefix = [
    ...(capabilities.setpriv ? ["setpriv", "--pdeathsig", "KILL", "--"] : []),
    ...(capabilities.prlimit && addressSpaceBytes !== null ? ["prlimit", `--as=${addressSpaceBytes}`, "--"] : []),
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
