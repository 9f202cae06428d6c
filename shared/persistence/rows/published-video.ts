import type { PublishedVideo } from "../../domain/post/published-video.ts";

/** The columns of a post that is not published. */
export const NOT_PUBLISHED = {
  authorId: null,
  title: null,
  slug: null,
  description: null,
  resourceType: null,
  durationSeconds: null,
  interaction: null,
  parts: null,
  publishedAt: null,
};

type Row = { readonly [Name in keyof PublishedVideo]: PublishedVideo[Name] | null };

export function publishedVideoOfRow(row: Row): PublishedVideo {
  const missing = Object.entries(row).find(([, value]) => value === null);
  if (missing !== undefined) throw new Error(`published_video.${missing[0]} is null beside published_at`);
  return row as PublishedVideo;
}
