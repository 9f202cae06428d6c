// npm and the terminal both pass a Ctrl-C on: what follows at once is the same key press.
const SAME_KEY_PRESS_MS = 500;

/** The user wants it to end. */
export class StopRequested extends Error {
  override name = "StopRequested";
}

/**
 * A signal that is aborted by the first Ctrl-C, SIGTERM or hang-up, or when the process that started us goes away.
 * `onAgain` is called by the next.
 */
export function listenForInterrupts(onAgain: () => void): AbortSignal {
  const controller = new AbortController();
  let firstAt: number | null = null;
  const interrupt = () => {
    const now = performance.now();
    if (firstAt !== null && now - firstAt < SAME_KEY_PRESS_MS) return;
    if (firstAt !== null) return onAgain();
    firstAt = now;
    controller.abort(new StopRequested("stopped by the user"));
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP", "disconnect"]) process.on(name, interrupt);
  return controller.signal;
}
