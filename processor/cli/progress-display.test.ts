import { describe, expect, it } from "vitest";
import { createProgressDisplay } from "./progress-display.ts";

function displayOn(isTTY: boolean) {
  const written: string[] = [];
  return { display: createProgressDisplay({ isTTY, write: (text) => written.push(text) }), written };
}

describe("progress where there is no terminal", () => {
  it("writes a line for each stage and each ten percent of it", () => {
    const { display, written } = displayOn(false);
    for (const percent of [0, 4, 9.9, 10, 11, 35, 39]) display.show("encoding", percent, "");
    display.show("verifying", null, "");
    display.show("verifying", null, "");
    display.end("complete");
    expect(written).toEqual(["  encoding  0 %\n", "  encoding  10 %\n", "  encoding  30 %\n", "  verifying\n"]);
  });

  it("starts again when a stage is shown after its end", () => {
    const { display, written } = displayOn(false);
    display.show("encoding", 50, "");
    display.end("as-it-is");
    display.show("encoding", 0, "2.0x");
    expect(written).toEqual(["  encoding  50 %\n", "  encoding  0 %  2.0x\n"]);
  });
});

describe("progress on a terminal", () => {
  it("redraws one line, and leaves a finished stage as complete", () => {
    const { display, written } = displayOn(true);
    display.show("encoding", 50, "1.5x");
    display.show("verifying", 0, "");
    display.end("as-it-is");
    expect(written).toEqual([
      `\r\x1b[K  encoding     ${"█".repeat(12)}${"░".repeat(12)}  50 %  1.5x`,
      `\r\x1b[K  encoding     ${"█".repeat(24)} 100 %`,
      "\n",
      `\r\x1b[K  verifying    ${"░".repeat(24)}   0 %`,
      "\n",
    ]);
  });

  it("writes nothing when nothing has changed, and never more than fits in a line", () => {
    const written: string[] = [];
    const display = createProgressDisplay({ isTTY: true, columns: 20, write: (text) => written.push(text) });
    display.show("queued", null, "transcode, the first of many");
    display.show("queued", null, "transcode, the first of many");
    display.end("complete");
    expect(written).toEqual(["\r\x1b[K  queued       tran", "\n"]);
  });

  it("does not write a message into the line that it redraws", () => {
    const { display, written } = displayOn(true);
    display.show("encoding", 50, "");
    display.line("a message");
    expect(written.slice(1)).toEqual(["\n", "a message\n"]);
  });
});
