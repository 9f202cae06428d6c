import { parseWebVttTime } from "./timestamps.ts";

/**
 * WebVTT 4.2.2: spans, with classes; `v` and `lang` with their annotation. An annotation may hold an equals sign by
 * WebVTT; here it may not, since HTML reads it as attributes, and `onfocus=` runs.
 */
const START_TAG = /^<(?:c|i|b|u|ruby|rt)(?:\.[^\s.<>&]+)*>$|^<(?:v|lang)(?:\.[^\s.<>&]+)*(?:[ \t][^<>\n=]*)?>$/;
const END_TAG = /^<\/(?:c|i|b|u|ruby|rt|v|lang)>$/;
/** WebVTT 4.2.2 names six references; HTML's numeric ones mean the same everywhere. */
const REFERENCE = /^&(?:amp|lt|gt|lrm|rlm|nbsp|#\d{1,7}|#x[0-9a-fA-F]{1,6});/;
const LONGEST_TAG = 300;

/**
 * Cue text in which everything that is no WebVTT markup is escaped: a page that shows it as HTML shows it, and runs
 * nothing of it.
 */
export function safeCueText(text: string): string {
  const pieces: string[] = [];
  let at = 0;
  while (at < text.length) {
    const next = nextSpecial(text, at);
    pieces.push(text.slice(at, next));
    if (next === text.length) break;
    const markup = markupAt(text, next);
    pieces.push(markup ?? escaped(text.charAt(next)));
    at = next + (markup?.length ?? 1);
  }
  return pieces.join("");
}

function nextSpecial(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === "<" || character === ">" || character === "&") return at;
  }
  return text.length;
}

function markupAt(text: string, at: number): string | null {
  if (text.charAt(at) === "&") return REFERENCE.exec(text.slice(at, at + 12))?.[0] ?? null;
  if (text.charAt(at) !== "<") return null;
  const end = text.slice(at, at + LONGEST_TAG).indexOf(">");
  if (end < 0) return null;
  const tag = text.slice(at, at + end + 1);
  const isMarkup = START_TAG.test(tag) || END_TAG.test(tag) || parseWebVttTime(tag.slice(1, -1)) !== null;
  return isMarkup ? tag : null;
}

function escaped(character: string): string {
  return character === "<" ? "&lt;" : character === ">" ? "&gt;" : "&amp;";
}
