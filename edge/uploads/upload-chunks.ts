/**
 * Stores a body of a known length, whole or not at all, if nothing is stored under this key; false if another request
 * has stored a chunk there. Throws if the body is cut off or R2 fails.
 */
export async function putChunk(
  source: R2Bucket,
  key: string,
  body: ReadableStream<Uint8Array>,
  bytes: number,
): Promise<boolean> {
  const stop = new AbortController();
  // R2 takes only streams of a known length; this one also fails when the body is shorter or longer.
  const value = body.pipeThrough(new FixedLengthStream(bytes), { signal: stop.signal });
  try {
    const stored = await source.put(key, value, { onlyIf: new Headers({ "If-None-Match": "*" }) });
    return stored !== null;
  } finally {
    stop.abort();
  }
}

/** Removes every object under the prefix. */
export async function deleteChunks(source: R2Bucket, prefix: string): Promise<void> {
  for (;;) {
    // A list holds at most 1,000 keys, which is also the most that one delete takes.
    const page = await source.list({ prefix });
    if (page.objects.length > 0) await source.delete(page.objects.map((object) => object.key));
    if (!page.truncated) return;
  }
}
