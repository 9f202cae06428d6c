export type EndOfRun = {
  /** Null where the platform does not say. */
  readonly exitCode: number | null;
  /** The platform's words. */
  readonly reason: string | null;
  /** Set where no container was started. */
  readonly notStarted: "capacity" | "throttled" | null;
};

export const CLEAN_END: EndOfRun = { exitCode: 0, reason: null, notStarted: null };

/** Nothing says how a container ended while its object was not in memory. */
export const UNSEEN_END: EndOfRun = {
  exitCode: null,
  reason: "The container is gone, and the platform did not report how it ended.",
  notStarted: null,
};

/* The runtime reports the end of a container as an error with one of these texts. */
const EXITED = /exited with unexpected exit code: ?(\d+)/i;
const SIGNALLED = /signalled the container to exit: ?(\d+)/i;
const NO_INSTANCE = /no container instance that can be provided/i;
const TOO_MANY = /too many containers per second/i;

const LONGEST_REASON = 300;

/** What the rejection of `monitor()` says. */
export function endOfRun(error: unknown): EndOfRun {
  const text = (error instanceof Error ? error.message : String(error)).slice(0, LONGEST_REASON);
  const exitCode = EXITED.exec(text)?.[1];
  if (exitCode !== undefined) return { exitCode: Number(exitCode), reason: null, notStarted: null };
  const signalled = SIGNALLED.exec(text)?.[1];
  if (signalled !== undefined) return { exitCode: Number(signalled), reason: text, notStarted: null };
  if (NO_INSTANCE.test(text)) return { exitCode: null, reason: text, notStarted: "capacity" };
  if (TOO_MANY.test(text)) return { exitCode: null, reason: text, notStarted: "throttled" };
  return { exitCode: null, reason: text, notStarted: null };
}
