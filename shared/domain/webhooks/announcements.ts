import type { AnnouncedEvent } from "../events/announced-event.ts";
import type { Failure } from "../job/failure.ts";
import type { JobKind } from "../job/transcode-job.ts";
import { versionsInProgress } from "../part/part-versions.ts";
import { posterIn } from "../part/shown-images.ts";
import type { VideoFile } from "../part/video-file.ts";
import type { Decision, VideoPost } from "../post/video-post.ts";

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

/** What the result of a job means. `failure` is null for a success. */
export function jobEvents(
  before: VideoPost,
  after: VideoPost,
  { jobId, kind, fileId }: EndedJob,
  failure: Failure | null,
): readonly AnnouncedEvent[] {
  const old = versionsInProgress(before).find(({ id }) => id === fileId);
  const made = versionsInProgress(after).find(({ id }) => id === fileId);
  if (old === undefined || made === undefined) return [];
  const { fileIndex } = made;
  if (failure !== null) {
    const { code, reason } = failure;
    return [{ type: "VideoJobFailed", jobId, kind, fileIndex, code, reason, effect: effectOf(old, kind) }];
  }
  if (kind !== "ENCRYPT" || made.playing === null) return [];
  // A replacement raises `VideoPartReplaced` where it takes over.
  if (old.playing === null)
    return isReplacement(old) ? [] : [{ type: "VideoPartReady", fileIndex, ...posterIn(after, made) }];
  const isSame = old.playing.transcodeJobId === made.playing.transcodeJobId;
  return isSame ? [{ type: "VideoPartKeysRotated", fileIndex, keyVersion: made.playing.keyVersion }] : [];
}

/** What the cancellation of a job means: nothing, where the part plays or will play another source. */
export function cancelledJobEvents(after: VideoPost, { jobId, kind, fileId }: EndedJob): readonly AnnouncedEvent[] {
  const file = versionsInProgress(after).find(({ id }) => id === fileId);
  if (file === undefined || file.playing !== null || isReplacement(file)) return [];
  return [{ type: "VideoJobCancelled", jobId, kind, fileIndex: file.fileIndex }];
}

/** The work of an ended job is queued again. */
export function retriedJobEvents(after: VideoPost, { jobId, kind, fileId }: EndedJob): readonly AnnouncedEvent[] {
  const file = versionsInProgress(after).find(({ id }) => id === fileId);
  return file === undefined ? [] : [{ type: "VideoJobRetried", jobId, kind, fileIndex: file.fileIndex }];
}

function isReplacement({ versionState }: VideoFile): boolean {
  return versionState === "NEXT";
}

/** What a part plays continues when its replacement fails. */
function effectOf(file: VideoFile, kind: JobKind) {
  const { playing, clear } = file;
  if (isReplacement(file)) return "nothing";
  if (playing === null) return "part-failed";
  const rotates = kind === "ENCRYPT" && clear?.transcodeJobId === playing.transcodeJobId;
  return rotates ? "rotation-failed" : "nothing";
}
