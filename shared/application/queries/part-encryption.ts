import type { VideoFile } from "../../domain/part/video-file.ts";
import type { VideoPost } from "../../domain/post/video-post.ts";

/** GetVideoEncryptStatus: how far the encryption of a part is. Null where the post has no such part. */
export function partEncryption({ id, files }: VideoPost, fileIndex: number) {
  const file = files.find((part) => part.fileIndex === fileIndex);
  if (file === undefined) return null;
  const { transferResult, encryptStatus, failCode, failReason, playing } = file;
  return {
    ...{ videoPostId: id, fileIndex, transferResult, encryptStatus, failCode, failReason },
    playingKeyVersion: playing?.keyVersion ?? null,
    latestKeyVersion: latestKeyVersion(file),
    stagedKeyVersion: versionsOf(file, ["STAGED"]).at(-1) ?? null,
  };
}

/** GetLatestVideoHlsKeyVersion: the newest version whose keys are served. A STAGED one does not count. */
export function latestKeyVersion(file: VideoFile): number | null {
  return versionsOf(file, ["ACTIVE", "RETIRING"]).at(-1) ?? null;
}

type Status = VideoFile["keys"][number]["status"];

function versionsOf({ keys }: VideoFile, statuses: readonly Status[]): readonly number[] {
  const versions = keys.filter(({ status }) => statuses.includes(status)).map(({ keyVersion }) => keyVersion);
  return versions.toSorted((a, b) => a - b);
}
