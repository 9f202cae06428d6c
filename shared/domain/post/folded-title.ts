import { plainWords } from "./slug.ts";

/** Characters of a folded title: enough to find it, and a bound for the index and the cursors that hold it. */
const LONGEST = 100;

/** Latin letters that Unicode does not decompose. */
const SPELLINGS: Readonly<Record<string, string>> = {
  ...{ ß: "ss", æ: "ae", œ: "oe", ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", ħ: "h", ı: "i" },
};

/**
 * A title as lists find and order it: its words in lower case without accents, separated by one space. "" where it has
 * no letter and no digit. Fold what a reader types with the same function.
 */
export function foldTitle(title: string): string {
  const folded = plainWords(title)
    .join(" ")
    .replace(/[ßæœøłđðþħı]/g, (letter) => SPELLINGS[letter] ?? letter);
  return [...folded].slice(0, LONGEST).join("");
}
