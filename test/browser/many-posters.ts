import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { FIRST_AT, MINUTE_MS } from "../../bench/lists/many-posts.ts";
import { posterKey } from "../../shared/domain/part/object-keys.ts";
import type { OwnPoster, PosterChoice } from "../../shared/domain/part/part-images.ts";
import { earliestUuidV7, secretId } from "../../shared/lib/random-id.ts";
import type { Stack } from "../e2e/stack.ts";
import { runFfmpeg } from "../fixtures/media/generate-clip.ts";

const IMAGES = 4;
const SIZE = { width: 320, height: 180 };

/** The posts up to `end` of those that `fillPosts` has made get a part with an uploaded poster each: one of four. */
export async function addPosters(stack: Stack, directory: string, { from, end }: { from: number; end: number }) {
  const posters = await Promise.all(Array.from({ length: IMAGES }, (_, n) => storePoster(stack, directory, n)));
  const rows = Array.from({ length: end - from }, (_, n) => {
    const at = FIRST_AT + (from + n) * MINUTE_MS;
    const { id, ...image } = posters[n % IMAGES]!;
    const poster: PosterChoice = { kind: "own", id, ...image };
    return {
      ...{
        id: `file-${n}`,
        video_id: earliestUuidV7(at),
        file_index: 0,
        position: 0,
        file_name: "film.mp4",
        duration: 60,
      },
      ...{ transfer_result: "SUCCESS", encrypt_status: "UNENCRYPTED", update_type: "NO_UPDATE", warnings: "[]" },
      ...{ poster: JSON.stringify(poster), poster_id: id, created_at: at },
    };
  });
  await (await stack.database()).insert("video_file_post", rows);
}

async function storePoster(stack: Stack, directory: string, number: number): Promise<OwnPoster> {
  const path = join(directory, `poster-${number}.png`);
  const gradient = `gradients=size=${SIZE.width}x${SIZE.height}:nb_colors=4:seed=${number + 1}`;
  await runFfmpeg(["-f", "lavfi", "-i", gradient, "-frames:v", "1", path]);
  const bytes = await readFile(path);
  const id = secretId();
  await (await stack.bucket("SOURCE")).put(posterKey(id), bytes);
  return { id, format: "png", ...SIZE, bytes: bytes.length };
}
