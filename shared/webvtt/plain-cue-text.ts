const REFERENCES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  lrm: "\u200e",
  rlm: "\u200f",
  nbsp: " ",
};

/** Cue text without its markup, on one line. */
export function plainCueText(text: string): string {
  return text
    .replace(/<[^<>]*>/g, "")
    .replace(/&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|([a-z]+));/g, (whole, hex, decimal, name) =>
      name === undefined
        ? letterOf(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16))
        : (REFERENCES[name] ?? whole),
    )
    .replace(/\s+/g, " ")
    .trim();
}

function letterOf(code: number): string {
  return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : "\ufffd";
}
