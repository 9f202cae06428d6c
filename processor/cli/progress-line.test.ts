import { describe, expect, it } from "vitest";
import { progressLine } from "./progress-line.ts";

function written(isTTY: boolean, total: number): string {
  let text = "";
  const line = progressLine(
    {
      isTTY,
      write: (more) => {
        text += more;
      },
    },
    "segments stored",
  );
  for (let done = 0; done <= total; done++) line.show(done, total);
  line.end();
  return text;
}

describe("a progress line", () => {
  it("writes a line for each ten percent where there is no terminal", () => {
    const lines = written(false, 40).split("\n");
    expect(lines.slice(0, 3)).toEqual([
      "  0 %  0 of 40 segments stored",
      "  10 %  4 of 40 segments stored",
      "  20 %  8 of 40 segments stored",
    ]);
    expect(lines.at(-2)).toBe("  100 %  40 of 40 segments stored");
    expect(lines).toHaveLength(12);
  });

  it("redraws one line on a terminal, and ends it once", () => {
    const text = written(true, 3);
    expect(text.split("\n")).toHaveLength(2);
    expect(text.split("\r").at(-1)).toBe(`\u001b[K  ${"█".repeat(24)} 100 %  3 of 3 segments stored\n`);
  });

  it("shows a note behind it, and redraws when the note changes", () => {
    const write = (isTTY: boolean) => {
      const pieces: string[] = [];
      const line = progressLine({ isTTY, write: (more) => pieces.push(more) }, "parts");
      for (const note of ["", "1 failed", "1 failed", "2 failed"]) line.show(1, 2, note);
      return pieces.join("");
    };
    expect(write(true).match(/\r/g)).toHaveLength(3);
    expect(write(true)).toMatch(/ 50 % {2}1 of 2 parts, 2 failed$/);
    expect(write(false)).toBe("  50 %  1 of 2 parts\n");
  });

  it("writes nothing when there was nothing to show", () => {
    let text = "";
    progressLine(
      {
        isTTY: true,
        write: (more) => {
          text += more;
        },
      },
      "segments",
    ).end();
    expect(text).toBe("");
  });
});
