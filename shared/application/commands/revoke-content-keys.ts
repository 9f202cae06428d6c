import { type RevokedKeyVersion, revokeKeyVersion } from "../../domain/rotation/key-rotation.ts";
import { type CommandOutcome, decideAndSave } from "../decide-and-save.ts";
import type { VideoPostRepository } from "../ports/video-post-repository.ts";

/** Revokes one key version of a part: from this save on the key endpoint refuses it to every token. */
export function revokeVideoHlsKeys(
  posts: VideoPostRepository,
  target: { readonly videoPostId: string; readonly fileIndex: number; readonly keyVersion: number },
  by: string,
  now: number,
): Promise<CommandOutcome<RevokedKeyVersion>> {
  const { videoPostId, fileIndex, keyVersion } = target;
  const trace = { actor: by, action: "access.revoke", part: { fileIndex } } as const;
  return decideAndSave(posts, videoPostId, trace, now, (post) => revokeKeyVersion(post, fileIndex, keyVersion, now));
}
