import { open } from "node:fs/promises";
import { type ContainerEnd, findContainerEnd } from "../media/source/container-end.ts";
import { findProtection, type Protection } from "../media/source/protection/find-protection.ts";

/** What the bytes of a source say without a demuxer. */
export type SourceStructure = { readonly end: ContainerEnd; readonly protection: Protection };

/** Reads headers and samples of a local file, never the whole of it. */
export async function readSourceStructure(sourcePath: string): Promise<SourceStructure> {
  await using file = await open(sourcePath);
  const { size } = await file.stat();
  const read = async (offset: number, length: number) => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
    return buffer.subarray(0, bytesRead);
  };
  const bytes = { size, read };
  return { end: await findContainerEnd(bytes), protection: await findProtection(bytes) };
}
