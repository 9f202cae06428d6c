/**
 * The folder name of a title. Same title, same slug, same folder. Letters of every script stay (a title need not be
 * Latin); accents of Latin letters go. At most 80 characters, so that object keys and tokens stay short.
 */
export function slugOf(title: string): string {
  const slug = title
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .normalize("NFC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-");
  return [...slug].slice(0, 80).join("").replace(/^-+|-+$/g, "") || "untitled";
}
