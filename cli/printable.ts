/** What a terminal obeys instead of showing it, and what turns text around (Unicode 9, section 23.2). */
const OBEYED = /[^\P{Cc}\n\t]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Text of strangers, such as titles and reasons, for a terminal. JSON stays the same JSON: the escapes are its own. */
export function printable(text: string): string {
  return text.replaceAll(OBEYED, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
