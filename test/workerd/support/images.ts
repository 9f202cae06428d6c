import type { TranscodeReport } from "../../../shared/application/protocols/job-protocol.ts";
import { imageKey, imagesPrefix } from "../../../shared/domain/part/object-keys.ts";
import { type MadeImages, spriteCount } from "../../../shared/domain/part/part-images.ts";
import { secretId } from "../../../shared/lib/random-id.ts";
import { claim, createPost, encryptPost, type PublishedPost, report, transcodeReport } from "./published-post.ts";
import { testEnv } from "./test-env.ts";
import type { TestWorker } from "./worker.ts";

/** Three candidates, of which the second is the best, and 130 tiles on two sprites. */
export function madeImages(): MadeImages {
  const poster = (seconds: number, bytes: number) => ({ seconds, width: 1280, height: 720, bytes });
  return {
    id: secretId(),
    posters: [poster(1.8, 20_000), poster(5.4, 90_000), poster(9, 30_000)],
    best: 2,
    storyboard: { tileWidth: 160, tileHeight: 90, columns: 10, tiles: 130, intervalSeconds: 1 },
  };
}

export type IllustratedPost = PublishedPost & { readonly images: MadeImages; readonly clearPrefix: string };

/** A post that plays, with images whose bytes are their names. */
export async function publishIllustrated(
  worker: TestWorker,
  more: Record<string, unknown> = { access: "PUBLIC" },
): Promise<IllustratedPost> {
  const videoPostId = await createPost(worker, more);
  const { images, clearPrefix } = await transcodeIllustrated(worker, videoPostId);
  return { videoPostId, fileIndex: 0, keys: await encryptPost(worker, videoPostId), images, clearPrefix };
}

export async function transcodeIllustrated(worker: TestWorker, videoPostId: string) {
  const images = madeImages();
  const order = await claim(worker, videoPostId);
  const { clearPrefix } = order;
  const prefix = imagesPrefix(clearPrefix, images.id);
  const keys = [
    ...images.posters.map((_, index) => imageKey(prefix, "poster", index + 1)),
    ...Array.from({ length: spriteCount(images.storyboard!) }, (_, n) => imageKey(prefix, "storyboard", n + 1)),
  ];
  for (const key of keys) await testEnv.SOURCE.put(key, key.slice(prefix.length));
  const made: TranscodeReport = { ...transcodeReport(["720p", "480p"]), durationSeconds: 129.5, images };
  await report(worker, order, "transcode-result", made);
  return { images, clearPrefix };
}
