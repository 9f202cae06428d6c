import { describe, expect, it } from "vitest";
import { parseSubRip } from "./parse-subrip.ts";
import { parseTextTrack } from "./parse-text-track.ts";

function cuesOf(text: string) {
  const parsed = parseTextTrack(text);
  if (parsed.kind === "refused") throw new Error(`${parsed.line}: ${parsed.reason}`);
  return parsed.track.cues;
}

const one = (text: string) => cuesOf(`1\n00:00:01,000 --> 00:00:02,000\n${text}\n`)[0];

describe("parseSubRip", () => {
  it("reads numbers, commas, coordinates, and times without hours", () => {
    const text =
      "\uFEFF1\r\n00:00:01,000 --> 00:00:02,500 X1:1 X2:2 Y1:3 Y2:4\r\nOne\r\ntwo\r\n\r\n\r\n02:03.004 --> 02:04,000\r\nThree";
    expect(cuesOf(text)).toEqual([
      { id: null, startMs: 1000, endMs: 2500, settings: [], text: "One\ntwo" },
      { id: null, startMs: 123_004, endMs: 124_000, settings: [], text: "Three" },
    ]);
  });

  it("orders cues, and leaves out those without text", () => {
    const text =
      "1\n00:00:09,000 --> 00:00:10,000\nlate\n\n2\n00:00:01,000 --> 00:00:02,000\nearly\n\n3\n00:00:03,000 --> 00:00:04,000\n";
    expect(cuesOf(text).map((cue) => cue.text)).toEqual(["early", "late"]);
  });

  it("keeps a text behind a blank line", () => {
    expect(one("- Yes.\n\n- No.")?.text).toBe("- Yes.\n- No.");
  });

  it("keeps italics, bold and underlines, leaves fonts out and escapes the rest", () => {
    expect(one('<I>a</I> <font color="#ff0000">b</font> <s>c</s> d & e --> f'.replace(" --> f", ""))?.text).toBe(
      "<i>a</i> b &lt;s&gt;c&lt;/s&gt; d &amp; e",
    );
  });

  it.each([
    ["{\\an8}Top", ["line:0"]],
    ["{\\an1}Left", ["align:left"]],
    ["{\\an6\\fs20}Right", ["line:50%", "align:right"]],
    ["{\\a6}Top", ["line:0"]],
    ["{\\a9}Middle left", ["line:50%", "align:left"]],
    ["{\\i1}Plain", []],
  ])("turns the place of %s into settings", (text, settings) => {
    expect(one(text)?.settings).toEqual(settings);
    expect(one(text)?.text).toBe(text.replace(/\{.*\}/, ""));
  });

  it.each([
    ["hello\n\nworld\n", 1, /neither/],
    ["1\n00:00:01,000 --> 00:00:02,00\na\n", 2, /not like/],
    ["1\n00:00:01,000 -> 00:00:02,000\na\n", 1, /neither/],
    ["1\n00:00:02,000 --> 00:00:01,000\na\n", 2, /ends at or before/],
    ["1\n00:00:01,000 --> 00:00:02,000\na\n2\n00:00:03,000 --> 00:00:04,000\nb\n", 5, /blank line/],
    ["", 0, /no cues/],
  ])("refuses %j in line %i", (text, line, reason) => {
    expect(parseSubRip(text)).toMatchObject({ kind: "refused", line, reason: expect.stringMatching(reason) });
  });
});
