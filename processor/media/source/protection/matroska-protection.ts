import type { FileBytes } from "../container-end.ts";

/** Identifiers of RFC 8794 and RFC 9559. */
const EBML_HEADER = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const TRACKS = 0x1654ae6b;
const PATH_TO_ENCODING = [0xae, 0x6d80, 0x6240];
const CONTENT_ENCODING_TYPE = 0x5033;
const CONTENT_ENCRYPTION = 0x5035;

const MOST_ELEMENTS = 100_000;
/** Identifier and size of an element take at most 4 and 8 bytes. */
const HEADER_BYTES = 12;

type Range = { readonly start: number; readonly end: number };
type Element = Range & { readonly id: number };
type Budget = { left: number };

/** Whether a track of a Matroska or WebM file is encrypted. Compressed tracks have a ContentEncoding too. */
export async function isProtectedMatroska(file: FileBytes): Promise<boolean> {
  const budget = { left: MOST_ELEMENTS };
  // Segments may follow each other in joined files, each with its own EBML header.
  for await (const segment of elementsIn(file, { start: 0, end: file.size }, budget)) {
    if (segment.id !== SEGMENT) {
      if (segment.id === EBML_HEADER) continue;
      return false;
    }
    for await (const child of elementsIn(file, segment, budget)) {
      if (child.id === TRACKS && (await hasEncryption(file, child, PATH_TO_ENCODING, budget))) return true;
    }
  }
  return false;
}

async function hasEncryption(
  file: FileBytes,
  within: Range,
  path: readonly number[],
  budget: Budget,
): Promise<boolean> {
  const [next, ...rest] = path;
  for await (const child of elementsIn(file, within, budget)) {
    if (next !== undefined) {
      if (child.id === next && (await hasEncryption(file, child, rest, budget))) return true;
    } else if (child.id === CONTENT_ENCRYPTION || (await isEncryptionType(file, child))) return true;
  }
  return false;
}

async function isEncryptionType(file: FileBytes, { id, start, end }: Element): Promise<boolean> {
  if (id !== CONTENT_ENCODING_TYPE || end - start < 1 || end - start > 8) return false;
  return (await file.read(end - 1, 1))[0] === 1;
}

/** The elements of a range. An element of unknown size reaches to the end: only clusters and live segments have none. */
async function* elementsIn(file: FileBytes, { start, end }: Range, budget: Budget): AsyncGenerator<Element> {
  let at = start;
  while (at < end && budget.left > 0) {
    budget.left -= 1;
    const header = await file.read(at, HEADER_BYTES);
    const id = variableInteger(header, 4, true);
    const size = id && variableInteger(header.subarray(id.width), 8, false);
    if (!id || !size || id.value === null) return;
    const content = at + id.width + size.width;
    const next = size.value === null ? end : content + size.value;
    yield { id: id.value, start: content, end: Math.min(next, end) };
    at = next;
  }
}

/** RFC 8794, 4: the leading zero bits say how many bytes follow; all ones say that a size is not known (null). */
function variableInteger(bytes: Buffer, mostBytes: number, keepMarker: boolean) {
  const width = Math.clz32(bytes[0] ?? 0) - 23;
  if (width > mostBytes || bytes.length < width) return null;
  const bits = BigInt(7 * width);
  const raw = BigInt(`0x${bytes.toString("hex", 0, width)}`);
  if (keepMarker) return { width, value: Number(raw) };
  const value = raw & ((1n << bits) - 1n);
  return { width, value: value === (1n << bits) - 1n ? null : Number(value) };
}
