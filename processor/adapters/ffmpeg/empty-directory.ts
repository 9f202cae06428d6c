import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";

/** A new directory with nothing in it, which is gone when it is disposed of. */
export async function openEmptyDirectory(parent: string): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(parent, "empty-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
