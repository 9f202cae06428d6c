import { expect } from "vitest";
import { bodyOf } from "../../client/index.ts";
import type { Part, Stack } from "../e2e/stack.ts";

/** Asks for a rotation of one part and waits until its job has ended like that. */
export async function rotate(stack: Stack, part: Part, end: "SUCCEEDED" | "FAILED"): Promise<void> {
  const [file] = bodyOf(await stack.client.rotateKeys({ body: part })).files;
  if (file === undefined || !("jobId" in file)) throw new Error(`no rotation: ${JSON.stringify(file)}`);
  const state = async () => bodyOf(await stack.client.getJob({ params: { jobId: file.jobId } })).state;
  await expect.poll(state, { timeout: 150_000, interval: 100 }).toBe(end);
}

/** Takes one segment of a clear rendition away, so that no encryption of it can succeed. Gives what puts it back. */
export async function takeAwayClearSegment(stack: Stack, { videoPostId }: Part): Promise<() => Promise<unknown>> {
  const { SOURCE } = await stack.bindings();
  const files = await (await stack.database()).rows<{ file_path: string }>("video_file_post", {
    video_id: videoPostId,
  });
  const prefix = files[0]!.file_path;
  const key = `${prefix}360p/seg_00002.ts`;
  const bytes = await (await SOURCE.get(key))!.arrayBuffer();
  await SOURCE.delete(key);
  return () => SOURCE.put(key, bytes);
}
