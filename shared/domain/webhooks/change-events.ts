import { canonicalJson } from "../../lib/canonical-json.ts";
import type { NewEvent } from "../events/domain-event.ts";
import { captionPrefixes, versionsInProgress } from "../part/part-versions.ts";
import type { VideoFile } from "../part/video-file.ts";
import { publishedVideoOf } from "../post/published-video.ts";
import type { VideoPost } from "../post/video-post.ts";

/**
 * Events that follow from the difference between two states of a post, whichever command made it. Commands raise all
 * others themselves.
 */
export function eventsOfChange(before: VideoPost, after: VideoPost): readonly NewEvent[] {
  if (after.deletedAt !== null) return [];
  return [
    ...interactionEvents(before, after),
    ...libraryEvents(before, after),
    ...uploadEvents(before, after),
    ...captionEvents(before, after),
  ];
}

function interactionEvents(before: VideoPost, { interaction }: VideoPost): readonly NewEvent[] {
  const { comments, liveComments } = before.interaction;
  if (interaction.comments === comments && interaction.liveComments === liveComments) return [];
  return [{ type: "VideoPostInteractionChanged", interaction }];
}

/** The events of publication and of interaction refresh the library themselves. */
function libraryEvents(before: VideoPost, after: VideoPost): readonly NewEvent[] {
  const [old, shown] = [publishedVideoOf(before), publishedVideoOf({ ...after, interaction: before.interaction })];
  if (old === null || shown === null || canonicalJson(old) === canonicalJson(shown)) return [];
  return [{ type: "PublishedVideoChanged" }];
}

/** Uploads that become unneeded: their part plays in a published post, or they have no part any more. */
function uploadEvents(before: VideoPost, after: VideoPost): readonly NewEvent[] {
  const needed = new Set(uploadIdsOf(after, (file) => !isUploadDone(after, file)));
  const uploadIds = uploadIdsOf(before, (file) => !isUploadDone(before, file)).filter((id) => !needed.has(id));
  return uploadIds.length === 0 ? [] : [{ type: "UploadsReleased", uploadIds }];
}

/** Texts that no version of a part has any more. What a removed or replaced version keeps, its own event names. */
function captionEvents(before: VideoPost, after: VideoPost): readonly NewEvent[] {
  const stored = ({ files, otherVersions }: VideoPost) => [...files, ...otherVersions].flatMap(captionPrefixes);
  const kept = new Set(stored(after));
  const prefixes = stored(before).filter((prefix) => !kept.has(prefix));
  return prefixes.length === 0 ? [] : [{ type: "CaptionTextsReleased", prefixes }];
}

function uploadIdsOf(post: VideoPost, which: (file: VideoFile) => boolean): string[] {
  return versionsInProgress(post).flatMap((file) =>
    file.source.kind === "upload" && which(file) ? [file.source.uploadId] : [],
  );
}

/** A part whose replacement is in progress plays renditions of an earlier transcode job. */
function isUploadDone({ publishedAt }: VideoPost, file: VideoFile): boolean {
  const { transferResult, encryptStatus, clear, playing } = file;
  const isCurrent = playing !== null && playing.transcodeJobId === clear?.transcodeJobId;
  return publishedAt !== null && transferResult === "SUCCESS" && encryptStatus === "ENCRYPTED" && isCurrent;
}
