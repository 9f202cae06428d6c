/** A terminal sends its signal to all of a process group, and a parent may send its own beside it: that is one wish. */
const ONE_WISH_MS = 1_000;

/**
 * The first SIGTERM or SIGINT aborts what is returned; a second one, later, ends the process at once. So does the end
 * of `stopSeconds`: a platform may be configured to wait no longer. `forced` is the exit code of both.
 */
export function stopOnSignals(
  stopSeconds: number,
  forced: number,
  onStop: (signal: NodeJS.Signals) => void,
): AbortSignal {
  const controller = new AbortController();
  let first: number | null = null;
  const onSignal = (signal: NodeJS.Signals) => {
    if (first !== null) {
      if (performance.now() - first > ONE_WISH_MS) process.exit(forced);
      return;
    }
    first = performance.now();
    onStop(signal);
    setTimeout(() => process.exit(forced), stopSeconds * 1000).unref();
    controller.abort(new Error(`the processor stops: ${signal}`));
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  return controller.signal;
}
