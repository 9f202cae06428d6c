import { createProgressDisplay, type Terminal } from "./progress-display.ts";

/** The progress of one task: `show` as often as needed, `end` once. A note stands behind it. */
export type ProgressLine = {
  readonly show: (done: number, total: number, note?: string) => void;
  readonly end: () => void;
};

/** `what` is counted. */
export function progressLine(output: Terminal, what: string): ProgressLine {
  const display = createProgressDisplay(output);
  return {
    show: (done, total, note = "") => {
      const behind = note === "" ? "" : `, ${note}`;
      display.show("", total === 0 ? 100 : (100 * done) / total, `${done} of ${total} ${what}${behind}`);
    },
    end: () => display.end("as-it-is"),
  };
}
