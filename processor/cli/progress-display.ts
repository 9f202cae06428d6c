const BAR_CELLS = 24;
const PLAIN_STEP_PERCENT = 10;

/** Shows the progress of a task, one stage at a time; the only stage of a task may have no name. */
export type ProgressDisplay = {
  /** `percent` within the stage, null where it is unknown. */
  show(stage: string, percent: number | null, detail: string): void;
  /** Writes a line that stays. */
  line(text: string): void;
  /** Closes the stage that is shown, as complete or as far as it came. */
  end(how: "complete" | "as-it-is"): void;
};

export type Terminal = { readonly isTTY?: boolean; readonly columns?: number; write(text: string): unknown };

/** On a terminal one line is redrawn; elsewhere a line is written for each stage and each ten percent of it. */
export function createProgressDisplay(output: Terminal): ProgressDisplay {
  return output.isTTY === true ? terminalDisplay(output) : plainDisplay(output);
}

function terminalDisplay(output: Terminal): ProgressDisplay {
  let stage: string | null = null;
  let drawn = "";
  const draw = (percent: number | null, detail: string) => {
    const text = row(stage ?? "", percent, detail).slice(0, (output.columns || Number.POSITIVE_INFINITY) - 1);
    if (text !== drawn) output.write(`\r\x1b[K${text}`);
    drawn = text;
  };
  const close = (how: "complete" | "as-it-is") => {
    if (stage === null) return;
    if (how === "complete" && drawn.includes("%")) draw(100, "");
    output.write("\n");
    stage = null;
    drawn = "";
  };
  return {
    show(nextStage, percent, detail) {
      if (nextStage !== stage) close("complete");
      stage = nextStage;
      draw(percent, detail);
    },
    line(text) {
      close("as-it-is");
      output.write(`${text}\n`);
    },
    end: close,
  };
}

function row(stage: string, percent: number | null, detail: string): string {
  const name = stage === "" ? "" : `${stage.padEnd(12)} `;
  if (percent === null) return `  ${name}${detail}`.trimEnd();
  const filled = Math.round((BAR_CELLS * percent) / 100);
  const bar = "█".repeat(filled) + "░".repeat(BAR_CELLS - filled);
  return `  ${name}${bar} ${`${Math.floor(percent)} %`.padStart(5)}  ${detail}`.trimEnd();
}

function plainDisplay(output: Terminal): ProgressDisplay {
  let stage: string | null = null;
  let written = 0;
  return {
    show(nextStage, percent, detail) {
      const step = Math.floor((percent ?? 0) / PLAIN_STEP_PERCENT) * PLAIN_STEP_PERCENT;
      if (nextStage === stage && step <= written) return;
      stage = nextStage;
      written = step;
      output.write(
        `  ${[stage, percent === null ? "" : `${step} %`, detail].filter((part) => part !== "").join("  ")}\n`,
      );
    },
    line(text) {
      output.write(`${text}\n`);
    },
    end() {
      stage = null;
    },
  };
}
