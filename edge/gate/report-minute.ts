import { logFacts } from "../log/log.ts";
import type { MinuteReport } from "./gate-minutes.ts";

/**
 * To Analytics Engine where it is bound, else as one line of the log. docs/operating.md names the fields; their order in
 * Analytics Engine is part of every stored query, so new ones go to the end.
 */
export function reportMinute(
  dataset: AnalyticsEngineDataset | undefined,
  newId: () => string,
): (minute: MinuteReport) => void {
  let isolate: string | null = null;
  return ({ from, refusals, ...minute }) => {
    // Not earlier: outside of a request the platform gives no random numbers.
    isolate ??= newId();
    const { keys, tokens, oldestMs, statements, objectErrors, feedLength } = minute;
    if (dataset === undefined) {
      const counts = { keys, tokens, oldestMs, statements, objectErrors, feedLength };
      const minuteFrom = new Date(from).toISOString();
      logFacts("gate-minute", { from: minuteFrom, isolate, ...counts, refusals: Object.fromEntries(refusals) });
      return;
    }
    const indexes = [isolate];
    dataset.writeDataPoint({
      indexes,
      blobs: ["minute"],
      doubles: [keys, tokens, oldestMs, statements, objectErrors, feedLength],
    });
    for (const [code, count] of [...refusals].slice(0, MOST_CODES)) {
      dataset.writeDataPoint({ indexes, blobs: ["refusal", code], doubles: [count] });
    }
  };
}

/** An invocation may write 25 data points. */
const MOST_CODES = 20;
