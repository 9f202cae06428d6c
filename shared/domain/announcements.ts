import type { AnnouncedEvent } from "./announced-event.ts";
import type { JobKind } from "./transcode-job.ts";
import type { VideoFile } from "./video-file.ts";
import type { Decision, VideoPost } from "./video-post.ts";

/** A decision with events for webhooks. */
export function withAnnouncements<T>(
  decision: Decision<T>,
  announce: (after: VideoPost) => readonly AnnouncedEvent[],
): Decision<T> {
  if (decision.kind !== "changed") return decision;
  const { change } = decision;
  return { ...decision, change: { ...change, events: [...change.events, ...announce(change.post)] } };
}

type EndedJob = { readonly jobId: string; readonly kind: JobKind; readonly fileId: string };

/** What the result of a job means. `failReason` is null for a success. */
export function jobEvents(
  before: VideoPost,
  after: VideoPost,
  { jobId, kind, fileId }: EndedJob,
  failReason: string | null,
): readonly AnnouncedEvent[] {
  const old = before.files.find(({ id }) => id === fileId);
  const made = after.files.find(({ id }) => id === fileId);
  if (old === undefined || made === undefined) return [];
  const { fileIndex } = made;
  if (failReason !== null) {
    return [{ type: "VideoJobFailed", jobId, kind, fileIndex, reason: failReason, effect: effectOf(old, kind) }];
  }
  if (kind !== "ENCRYPT" || made.playing === null) return [];
  // A new source of a part that plays: the part was ready before.
  const replaces = before.files.some((file) => file.id !== fileId && file.fileIndex === fileIndex);
  if (old.playing === null) return replaces ? [] : [{ type: "VideoPartReady", fileIndex }];
  const isSame = old.playing.transcodeJobId === made.playing.transcodeJobId;
  return isSame ? [{ type: "VideoPartKeysRotated", fileIndex, keyVersion: made.playing.keyVersion }] : [];
}

function effectOf({ playing, clear }: VideoFile, kind: JobKind) {
  if (playing === null) return "part-failed";
  const rotates = kind === "ENCRYPT" && clear?.transcodeJobId === playing.transcodeJobId;
  return rotates ? "rotation-failed" : "nothing";
}
