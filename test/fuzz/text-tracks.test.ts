import { expect, it } from "vitest";
import { parseTextTrack } from "../../shared/webvtt/parse-text-track.ts";
import { parseWebVtt } from "../../shared/webvtt/parse-webvtt.ts";
import { printWebVtt } from "../../shared/webvtt/print-webvtt.ts";
import { seededRandom } from "../fixtures/seeded-random.ts";
import { fuzzPlan } from "./fuzz-plan.ts";
import { chosen, count, HOSTILE, type Random } from "./mutate-text.ts";

/* Damaged subtitle files: each is refused with a line that it has, or becomes a track that survives its own printing. */

const { seed, numbers } = fuzzPlan(400, process.env);

const PIECES: readonly string[] = [
  ...HOSTILE,
  ..."WEBVTT|NOTE x|STYLE|REGION|id:a|::cue { color: red }|1|2|-->|<|>|&|&amp;|<b>|</b>|<v A>|<script>|{\\an8}|{\\".split(
    "|",
  ),
  ...["00:00:01.000 --> 00:00:02.000", "00:00:03,000 --> 00:00:04,000", "00:01.000 --> 00:02.000 align:left", "text"],
];
const ENDINGS = ["\n", "\n\n", "\r\n", "\r", " ", "", "\u2028"];

function file(random: Random): string {
  const start = random() < 0.6 ? "WEBVTT\n\n" : "";
  const pieces = Array.from({ length: count(random, 30) }, () => chosen(random, PIECES) + chosen(random, ENDINGS));
  return start + pieces.join("");
}

it.each(numbers)("reads or refuses the damaged file %i", (number) => {
  const text = file(seededRandom(seed + number));
  const parsed = parseTextTrack(text);
  if (parsed.kind === "refused") {
    expect(parsed.line).toBeLessThanOrEqual(text.split(/\r\n|\r|\n/).length);
    return;
  }
  const printed = printWebVtt(parsed.track);
  expect(parseWebVtt(printed)).toEqual(parsed);
  for (const { text: shown } of parsed.track.cues) {
    expect(shown).not.toMatch(/<(?!\/?(?:c|i|b|u|ruby|rt|v|lang)[\s.>]|\d)|-->|\n\n/);
  }
});
