import * as z from "zod";

/*
 * Text that people write and read. Control characters and lone surrogates are refused everywhere: no font shows them,
 * and databases treat U+0000 and surrogates differently.
 */

/** Also line breaks and direction controls (UAX #9 2.1 to 2.4), with which one title can imitate another. */
const NOT_IN_A_LINE = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
const NOT_IN_A_TEXT = /[^\P{Cc}\t\n\r]|\p{Cs}/u;

/** One line, without the white space around it. */
export function singleLine(longest: number) {
  return z
    .string()
    .trim()
    .min(1)
    .max(longest)
    .refine((text) => !NOT_IN_A_LINE.test(text), "must be one line without control characters or direction overrides");
}

/** Several lines, or none. */
export function multipleLines(longest: number) {
  return z
    .string()
    .max(longest)
    .refine((text) => !NOT_IN_A_TEXT.test(text), "must not contain control characters other than tabs and line breaks");
}
