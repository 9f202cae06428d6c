/** A word with its marks: vowel signs of Devanagari, Thai or Arabic are not letters but belong to one. */
const WORD = /(?:[\p{L}\p{N}][\p{Mn}\p{Mc}]*)+/gu;

/**
 * The folder name of a title; the same title gives the same folder. At most 80 characters, so that object keys and
 * tokens stay short.
 */
export function slugOf(title: string): string {
  const slug = plainWords(title).join("-");
  return (
    [...slug]
      .slice(0, 80)
      .join("")
      .replace(/^-+|-+$/g, "") || "untitled"
  );
}

/** The words of a text in lower case. Letters of every script stay, accents of Latin letters go. */
export function plainWords(text: string): readonly string[] {
  const plain = text
    .normalize("NFKD")
    .replace(/(\p{Script=Latin})[\u0300-\u036f]+/gu, "$1")
    .replace(/\p{Variation_Selector}/gu, "")
    .normalize("NFC")
    .toLowerCase();
  return plain.match(WORD) ?? [];
}
