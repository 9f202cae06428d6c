import type { FileBytes } from "../container-end.ts";

/** Advanced Systems Format, section 10: identifiers as they lie in the file, little-endian. */
const HEADER_OBJECT = "3026b2758e66cf11a6d900aa0062ce6c";
const PROTECTION_OBJECTS = new Set([
  "fbb3112223bdd211b4b700a0c955fc6e", // Content Encryption
  "14e68a292226174cb935dae07ee9289c", // Extended Content Encryption
]);

const OBJECT_HEADER_BYTES = 24;
/** The header object continues with a count and two reserved bytes. */
const HEADER_OBJECT_BYTES = 30;
const MOST_OBJECTS = 1000;

export function isAsf(head: Buffer): boolean {
  return head.toString("hex", 0, 16) === HEADER_OBJECT;
}

/** Whether a Windows Media file names a licence. */
export async function isProtectedAsf(file: FileBytes): Promise<boolean> {
  const head = await file.read(0, HEADER_OBJECT_BYTES);
  if (head.length < HEADER_OBJECT_BYTES) return false;
  const end = Math.min(file.size, Number(head.readBigUInt64LE(16)));
  let at = HEADER_OBJECT_BYTES;
  for (let objects = 0; at + OBJECT_HEADER_BYTES <= end && objects < MOST_OBJECTS; objects++) {
    const header = await file.read(at, OBJECT_HEADER_BYTES);
    if (header.length < OBJECT_HEADER_BYTES) return false;
    if (PROTECTION_OBJECTS.has(header.toString("hex", 0, 16))) return true;
    const size = Number(header.readBigUInt64LE(16));
    if (size < OBJECT_HEADER_BYTES) return false;
    at += size;
  }
  return false;
}
