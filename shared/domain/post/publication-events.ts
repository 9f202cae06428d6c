import type { NewEvent } from "../events/domain-event.ts";
import { firstPosterIn, type Publication } from "../part/shown-images.ts";
import type { VideoFile } from "../part/video-file.ts";

/** What a save means for the publication. A deletion raises its own event. */
export function publicationEvents(
  before: Publication,
  after: Publication & { readonly files: readonly VideoFile[] },
): readonly NewEvent[] {
  const { publishedAt, deletedAt } = after;
  if (before.publishedAt === null && publishedAt !== null) {
    return [{ type: "VideoPostPublished", publishedAt, ...firstPosterIn(after) }];
  }
  const unpublished = before.publishedAt !== null && publishedAt === null && deletedAt === null;
  return unpublished ? [{ type: "VideoPostUnpublished" }] : [];
}
