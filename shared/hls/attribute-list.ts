/**
 * A value of an attribute list (RFC 8216 4.2). `raw` is the text as it stood and is what gets printed: a number may be
 * written in several ways, and may be larger (up to 2^64-1) than `value` can hold exactly.
 */
export type AttributeValue =
  | { readonly type: "quoted-string"; readonly raw: string; readonly text: string }
  | { readonly type: "hexadecimal"; readonly raw: string }
  | { readonly type: "decimal"; readonly raw: string; readonly value: number }
  | { readonly type: "resolution"; readonly raw: string; readonly width: number; readonly height: number }
  | { readonly type: "enumerated"; readonly raw: string };

export type Attribute = { readonly name: string; readonly value: AttributeValue };

export type AttributeListFault =
  | "bad-name"
  | "bad-value"
  | "unterminated-quote"
  | "missing-comma"
  | "trailing-comma"
  | "duplicate-name";

/** `column` counts from 0 within the list. */
export type AttributeListResult =
  | { readonly kind: "parsed"; readonly attributes: readonly Attribute[] }
  | { readonly kind: "broken"; readonly column: number; readonly fault: AttributeListFault };

// RFC 8216 4.2: names are [A..Z], [0..9] and '-'; no space around '=' or ','.
const NAME = /([A-Z0-9-]+)=/y;
const QUOTED = /"[^"\r\n]*"/y;
const UNQUOTED = /[^",\s]+/y;

/** Reads the text after a tag's colon. One fault refuses the whole list: half a list could hide half a rule. */
export function parseAttributeList(text: string): AttributeListResult {
  const attributes: Attribute[] = [];
  const seen = new Set<string>();
  let at = 0;
  while (true) {
    const name = matchAt(NAME, text, at)?.[1];
    if (name === undefined) return broken(at, at > 0 && at === text.length ? "trailing-comma" : "bad-name");
    // RFC 8216 4.2: an attribute name must not stand twice in one list.
    if (seen.has(name)) return broken(at, "duplicate-name");
    seen.add(name);
    at += name.length + 1;
    const raw = matchAt(text[at] === '"' ? QUOTED : UNQUOTED, text, at)?.[0];
    if (raw === undefined) return broken(at, text[at] === '"' ? "unterminated-quote" : "bad-value");
    attributes.push({ name, value: classify(raw) });
    at += raw.length;
    if (at === text.length) return { kind: "parsed", attributes };
    if (text[at] !== ",") return broken(at, "missing-comma");
    at += 1;
  }
}

export function printAttributeList(attributes: readonly Attribute[]): string {
  return attributes.map(({ name, value }) => `${name}=${value.raw}`).join(",");
}

/** A quoted string has no line break and no double quote (RFC 8216 4.2): such text is a TypeError. */
export function quotedString(text: string): AttributeValue {
  if (/["\r\n]/.test(text)) throw new TypeError("a quoted string of a playlist cannot hold a quote or a line break");
  return { type: "quoted-string", raw: `"${text}"`, text };
}

/** The text of a quoted attribute; null when it is absent or of another type. */
export function quotedAttribute(attributes: readonly Attribute[], name: string): string | null {
  const value = attributes.find((attribute) => attribute.name === name)?.value;
  return value?.type === "quoted-string" ? value.text : null;
}

/** The word of an enumerated attribute; null when it is absent or of another type. */
export function enumeratedAttribute(attributes: readonly Attribute[], name: string): string | null {
  const value = attributes.find((attribute) => attribute.name === name)?.value;
  return value?.type === "enumerated" ? value.raw : null;
}

/** RFC 8216 4.2 distinguishes the types by the attribute's name; the ways of writing them do not overlap either. */
function classify(raw: string): AttributeValue {
  if (raw.startsWith('"')) return { type: "quoted-string", raw, text: raw.slice(1, -1) };
  if (/^0[xX][0-9A-Fa-f]+$/.test(raw)) return { type: "hexadecimal", raw };
  if (/^-?\d+(\.\d*)?$/.test(raw)) return { type: "decimal", raw, value: Number(raw) };
  const [, width, height] = /^(\d+)x(\d+)$/.exec(raw) ?? [];
  if (width && height) return { type: "resolution", raw, width: Number(width), height: Number(height) };
  return { type: "enumerated", raw };
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function broken(column: number, fault: AttributeListFault): AttributeListResult {
  return { kind: "broken", column, fault };
}
