import { publicPoster } from "../part/shown-images.ts";
import { type VideoFile, variantsOf } from "../part/video-file.ts";
import type { Quality } from "../quality/quality.ts";
import type { Interaction, ResourceType, VideoPost } from "./video-post.ts";

/** A published post as the library shows it to sites: no paths, no review, no jobs. */
export type PublishedVideo = {
  readonly videoPostId: string;
  readonly authorId: string;
  readonly title: string;
  readonly slug: string;
  readonly description: string;
  readonly resourceType: ResourceType;
  /** The sum of its parts. */
  readonly durationSeconds: number;
  readonly interaction: Interaction;
  readonly parts: readonly PublishedPart[];
  /** Milliseconds. */
  readonly publishedAt: number;
};

export type PublishedPart = {
  readonly fileIndex: number;
  readonly position: number;
  readonly durationSeconds: number | null;
  readonly qualities: readonly Quality[];
  /** The end of its address; null unless anybody may see it. Missing in entries of earlier releases. */
  readonly poster?: string | null;
  /** False for an imported part, whose first token request starts its re-key. */
  readonly ready: boolean;
};

/** Null while the post is not published. A part enters with its first encryption, an imported part at once. */
export function publishedVideoOf(post: VideoPost): PublishedVideo | null {
  if (post.publishedAt === null || post.deletedAt !== null) return null;
  const parts = post.files
    .flatMap((file) => publishedPartOf(post, file))
    .toSorted((one, other) => one.position - other.position);
  return {
    videoPostId: post.id,
    authorId: post.authorId,
    title: post.title,
    slug: post.slug,
    description: post.description,
    resourceType: post.resourceType,
    durationSeconds: parts.reduce((sum, part) => sum + (part.durationSeconds ?? 0), 0),
    interaction: post.interaction,
    parts,
    publishedAt: post.publishedAt,
  };
}

function publishedPartOf(post: VideoPost, file: VideoFile): PublishedPart[] {
  const { fileIndex, position, durationSeconds, playing, singleKey } = file;
  const common = { fileIndex, position, durationSeconds, poster: publicPoster(post, file) };
  if (playing !== null) {
    const qualities = variantsOf(file, playing.transcodeJobId).map(({ quality }) => quality);
    return [{ ...common, qualities, ready: true }];
  }
  if (singleKey === null) return [];
  return [{ ...common, qualities: singleKey.renditions.map(({ quality }) => quality), ready: false }];
}
