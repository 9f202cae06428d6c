import { appendFile, copyFile } from "node:fs/promises";
import { join } from "node:path";
import type { Route } from "playwright-core";
import { generateClip } from "../fixtures/media/generate-clip.ts";

/** What the console sends at once. */
export const CHUNK_BYTES = 8 * 1024 * 1024;

/** Parts of a post, and what replaces one of them. `large` has three chunks. */
export type EditorClips = { readonly first: string; readonly large: string; readonly other: string };

export async function makeClips(directory: string): Promise<EditorClips> {
  const [first, large, other] = ["first.mp4", "large.mp4", "new.mp4"].map((name) => join(directory, name));
  if (first === undefined || large === undefined || other === undefined) throw new Error("a clip without a name");
  const clip = { size: "320x180", frameRate: "10", seconds: 2, sound: true };
  await generateClip({ ...clip, path: first });
  await copyFile(first, large);
  await appendFile(large, freeBox(2 * CHUNK_BYTES));
  await generateClip({ ...clip, path: other, seconds: 3 });
  return { first, large, other };
}

/** Bytes of an MP4 file that players skip (ISO/IEC 14496-12, 8.1.2). */
function freeBox(size: number): Uint8Array {
  const box = new Uint8Array(size);
  new DataView(box.buffer).setUint32(0, size);
  box.set(new TextEncoder().encode("free"), 4);
  return box;
}

/** A chunk that never gets through. */
export function holdChunkAt(offset: number) {
  let reach: () => void = () => {};
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const handle = async (route: Route) => {
    const request = route.request();
    if (request.method() !== "PATCH" || request.headers()["upload-offset"] !== String(offset)) return route.continue();
    reach();
  };
  return { reached, handle };
}
