import { type RevokedKeyVersion, revokeKeyVersion } from "../../domain/key-rotation.ts";
import { type CommandOutcome, decideAndSave } from "../decide-and-save.ts";
import type { VideoPostRepository } from "../ports/video-post-repository.ts";

/** One key version of a part is refused at the gate from this save on, to tokens with and without a row. */
export function revokeVideoHlsKeys(
  posts: VideoPostRepository,
  target: { readonly videoPostId: string; readonly fileIndex: number; readonly keyVersion: number },
  now: number,
): Promise<CommandOutcome<RevokedKeyVersion>> {
  const { videoPostId, fileIndex, keyVersion } = target;
  return decideAndSave(posts, videoPostId, now, (post) => revokeKeyVersion(post, fileIndex, keyVersion, now));
}
