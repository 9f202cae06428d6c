import type { FileBytes } from "../container-end.ts";

/** A box of ISO/IEC 14496-12: where its content lies in the file. */
export type Box = { readonly type: string; readonly start: number; readonly end: number };

/** Boxes that may still be read: a file that was made to be slow ends the walk and nothing else. */
export type BoxBudget = { left: number };

/** The boxes between two positions. A damaged size ends the walk; a box that was cut off ends where its parent does. */
export async function* boxesIn(file: FileBytes, from: number, to: number, budget: BoxBudget): AsyncGenerator<Box> {
  let at = from;
  while (at + 8 <= to && budget.left > 0) {
    budget.left -= 1;
    const header = await file.read(at, 16);
    const size = boxSize(header, to - at);
    if (size === null) return;
    const width = header.readUInt32BE(0) === 1 ? 16 : 8;
    yield { type: header.toString("latin1", 4, 8), start: at + width, end: Math.min(to, at + size) };
    at += size;
  }
}

/** ISO/IEC 14496-12, 4.2: a size of 1 is followed by 64 bits, 0 reaches to the end. Null for a size that cannot be. */
function boxSize(header: Buffer, remaining: number): number | null {
  if (header.length < 8) return null;
  const short = header.readUInt32BE(0);
  if (short === 0) return remaining;
  if (short !== 1) return short < 8 ? null : short;
  const long = header.length < 16 ? 0 : Number(header.readBigUInt64BE(8));
  return long < 16 ? null : long;
}

/** The boxes at the end of a path of names, such as every `stsd` of every track. */
export async function* boxesAt(
  file: FileBytes,
  within: { readonly start: number; readonly end: number },
  path: readonly string[],
  budget: BoxBudget,
): AsyncGenerator<Box> {
  const [name, ...rest] = path;
  for await (const box of boxesIn(file, within.start, within.end, budget)) {
    if (box.type !== name) continue;
    if (rest.length === 0) yield box;
    else yield* boxesAt(file, box, rest, budget);
  }
}
