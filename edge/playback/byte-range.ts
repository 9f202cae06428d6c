/**
 * One byte range of a Range header (RFC 9110 14.1.2). Several ranges, other units and malformed ones get the whole
 * object, as the RFC allows (14.2).
 */
export type ByteRange =
  | { readonly kind: "whole" }
  | { readonly kind: "slice"; readonly offset: number; readonly length?: number }
  | { readonly kind: "suffix"; readonly length: number };

const WHOLE: ByteRange = { kind: "whole" };

export function parseByteRange(header: string | null): ByteRange {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "");
  if (match === null) return WHOLE;
  const [, first = "", last = ""] = match;
  if (first === "") return last === "" ? WHOLE : { kind: "suffix", length: Number(last) };
  const offset = Number(first);
  if (last === "") return { kind: "slice", offset };
  return Number(last) < offset ? WHOLE : { kind: "slice", offset, length: Number(last) - offset + 1 };
}

/** The range within an object of `size` bytes, or null if none of it is inside (416). */
export function resolveByteRange(
  range: Exclude<ByteRange, { kind: "whole" }>,
  size: number,
): { offset: number; length: number } | null {
  if (range.kind === "suffix") {
    const length = Math.min(range.length, size);
    return length === 0 ? null : { offset: size - length, length };
  }
  if (range.offset >= size) return null;
  return { offset: range.offset, length: Math.min(range.length ?? size, size - range.offset) };
}

/** RFC 9110 13.1.2: `*`, or one of a list of entity tags, compared weakly. */
export function matchesEntityTag(header: string | null, etag: string): boolean {
  if (header === null) return false;
  if (header.trim() === "*") return true;
  const strip = (tag: string) => tag.trim().replace(/^W\//, "");
  return header.split(",").some((tag) => strip(tag) === strip(etag));
}
