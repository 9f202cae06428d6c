/** A text of a container, fit for a playlist and a list: one line in NFC, without quotes and characters that steer. */
export function singleLineOf(text: string): string {
  return text
    .normalize("NFC")
    .replace(/["\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\ufeff]+/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
}
