import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";

/** Runs a work in an empty folder, which is deleted afterwards. */
export async function inFolder<T>(directory: string, run: (folder: string) => Promise<T>): Promise<T> {
  const folder = join(directory, "work");
  await mkdir(folder);
  try {
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
