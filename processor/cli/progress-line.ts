const BAR_CELLS = 24;
const PLAIN_STEP_PERCENT = 10;

/** How far something is: `show` as often as wanted, `end` once. A note stands behind it, and is drawn when it changes. */
export type ProgressLine = {
  readonly show: (done: number, total: number, note?: string) => void;
  readonly end: () => void;
};

export type Terminal = { readonly isTTY?: boolean; write(text: string): unknown };

/** One line that is drawn again on a terminal; elsewhere a line for each ten percent. `what` is counted. */
export function progressLine(output: Terminal, what: string): ProgressLine {
  let shown = -1;
  let noted = "";
  const show = (done: number, total: number, note = "") => {
    const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
    const step = output.isTTY === true ? percent : percent - (percent % PLAIN_STEP_PERCENT);
    if (step === shown && (note === noted || output.isTTY !== true)) return;
    shown = step;
    noted = note;
    const behind = note === "" ? "" : `, ${note}`;
    const text = `${String(step).padStart(3)} %  ${done} of ${total} ${what}${behind}`;
    output.write(output.isTTY === true ? `\r\u001b[K${bar(percent)} ${text}` : `${text}\n`);
  };
  return { show, end: () => void (output.isTTY === true && shown >= 0 && output.write("\n")) };
}

function bar(percent: number): string {
  const filled = Math.round((BAR_CELLS * percent) / 100);
  return "█".repeat(filled) + "░".repeat(BAR_CELLS - filled);
}
