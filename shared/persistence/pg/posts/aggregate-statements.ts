import type { SQL } from "drizzle-orm";
import type { Save } from "../../../application/ports/video-post-repository.ts";
import type { VideoPostRows } from "../../rows/row-types.ts";
import { NO_ROWS, rowsOf } from "../../rows/video-post-rows.ts";
import { WRITE_RULES } from "../../rows/write-rules.ts";
import { singleKeySource, videoHlsEncryptKey, videoHlsQualityAuth } from "../schema/playback.ts";
import { videoFilePost, videoHlsAbrVariant, videoPost } from "../schema/video-post.ts";
import { deleteMissing, upsertChanged } from "./write-rows.ts";

/** The rows of the post that a save changes: that of the post itself, which every save changes, and those of its parts. */
export function aggregateStatements(
  { from, post }: Pick<Save, "from" | "post">,
  version: number,
  now: number,
): { readonly post: readonly SQL[]; readonly parts: readonly SQL[] } {
  const before = from === null ? NO_ROWS : rowsOf(from);
  const after = rowsOf({ ...post, version });
  return { post: upsertChanged(videoPost, before.posts, after.posts), parts: partStatements(before, after, now) };
}

function partStatements(before: VideoPostRows, after: VideoPostRows, now: number): SQL[] {
  const revoked = (keys: typeof after.keys) =>
    keys.map((key) => ({ ...key, revokedAt: key.status === "REVOKED" ? now : null }));
  return [
    ...upsertChanged(videoFilePost, before.files, after.files, WRITE_RULES.files),
    ...deleteMissing(videoHlsAbrVariant, before.variants, after.variants),
    ...upsertChanged(videoHlsAbrVariant, before.variants, after.variants),
    // A key that has been there is never deleted here: its version keeps its number.
    ...upsertChanged(videoHlsEncryptKey, revoked(before.keys), revoked(after.keys), WRITE_RULES.keys),
    ...deleteMissing(videoHlsQualityAuth, before.qualityAuth, after.qualityAuth),
    ...upsertChanged(videoHlsQualityAuth, before.qualityAuth, after.qualityAuth),
    ...deleteMissing(singleKeySource, before.singleKeys, after.singleKeys),
    ...upsertChanged(singleKeySource, before.singleKeys, after.singleKeys, WRITE_RULES.singleKeys),
  ];
}
