import { link, open, rename, rm } from "node:fs/promises";

/**
 * Writes a file that must not exist yet. It gets its name when it is whole, so that what an interruption leaves is taken
 * for nothing else. Nobody else may read it: it holds wrapped keys, hashes of secrets and names of viewers.
 */
export async function writeNewFile<T>(
  path: string,
  write: (append: (text: string) => Promise<void>) => Promise<T>,
): Promise<T> {
  await refuseUnusable(path);
  const partial = `${path}.partial`;
  await rm(partial, { force: true });
  const file = await open(partial, "wx", 0o600);
  try {
    const written = await write((text) => file.appendFile(text));
    await file.sync();
    await giveName(partial, path);
    return written;
  } finally {
    await file.close();
    await rm(partial, { force: true });
  }
}

/** At once, and not after an hour of work. */
async function refuseUnusable(path: string): Promise<void> {
  const trial = await open(path, "wx", 0o600);
  await trial.close();
  await rm(path);
}

/** A rename would replace a file that was made meanwhile; not every file system has links. */
async function giveName(partial: string, path: string): Promise<void> {
  await link(partial, path).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") throw error;
    return rename(partial, path);
  });
}
