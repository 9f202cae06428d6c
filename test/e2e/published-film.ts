import { type PublishedPost, publishPost } from "../../bench/edge/published-post.ts";
import type { Stack } from "./stack.ts";

/** A film that plays, published through the job protocol without a processor: playlists and keys, and two segments. */
export async function publishFilm(stack: Stack): Promise<PublishedPost> {
  const bindings = await stack.bindings();
  return publishPost(
    {
      origin: async () => new URL(stack.origin),
      bucket: async (name) => bindings[name] as never,
      cpuSeconds: async () => Number.NaN,
      [Symbol.asyncDispose]: async () => {},
    },
    [1000, 2000],
  );
}
