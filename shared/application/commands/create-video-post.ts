import type { NewEvent } from "../../domain/events/domain-event.ts";
import type { PostMetadata } from "../../domain/post/post-metadata.ts";
import {
  type Change,
  createVideoPost as create,
  type Interaction,
  type PostAccess,
  type Refusal,
  type ResourceType,
  refused,
  type VideoPostStatus,
} from "../../domain/post/video-post.ts";
import type { KeyVault } from "../../key-vault/key-vault.ts";
import { uuidV7 } from "../../lib/random-id.ts";
import { UPLOAD_USED } from "../decide-and-save.ts";
import type { VideoPostRepository } from "../ports/video-post-repository.ts";
import { type NewPart, newFile, repeatedUpload } from "./new-file.ts";

export type CreateVideoPost = {
  /** The caller, who may name another author. */
  readonly by: string;
  readonly authorId: string;
  readonly title: string;
  readonly description: string;
  readonly resourceType: ResourceType;
  readonly interaction: Interaction;
  readonly access: PostAccess;
  readonly autoPublish: boolean;
  readonly metadata?: PostMetadata | undefined;
  readonly passthrough?: string | null | undefined;
  readonly uploadFileList: readonly NewPart[];
};

export type CreatedVideoPost = {
  readonly videoPostId: string;
  readonly status: VideoPostStatus;
  readonly version: number;
  readonly files: readonly { readonly fileIndex: number; readonly jobId: string }[];
};

export type CreateOutcome =
  | { readonly kind: "created"; readonly created: CreatedVideoPost }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/** Saves the post, its parts, if any, and their transcode jobs. Refused if an upload already has a part. */
export async function createVideoPost(
  { posts, vault }: { readonly posts: Pick<VideoPostRepository, "save">; readonly vault: KeyVault },
  input: CreateVideoPost,
  now: number,
  videoPostId = uuidV7(now),
): Promise<CreateOutcome> {
  const repeated = repeatedUpload(input.uploadFileList);
  if (repeated !== null) return refused({ kind: "invalid", detail: repeated });
  const files = await Promise.all(input.uploadFileList.map((file) => newFile(vault, file, now)));
  const change = create({ ...input, id: videoPostId, files }, now);
  const created: NewEvent = {
    type: "VideoPostCreated",
    fileIndexes: change.post.files.map(({ fileIndex }) => fileIndex),
  };
  const trace = { actor: input.by, action: "post.create" } as const;
  const outcome = await posts.save({ ...change, events: [created, ...change.events], from: null, trace }, now);
  if (outcome === "upload-used") return { kind: "refused", refusal: UPLOAD_USED };
  if (outcome !== "saved") throw new Error(`a new post could not be saved: ${outcome}`);
  return { kind: "created", created: createdVideoPost(change) };
}

/** Of the save that creates a post. */
const FIRST_VERSION = 1;

/** What a new post is to its client; every part of it has a job. */
export function createdVideoPost({ post, jobs }: Change): CreatedVideoPost {
  const jobOf = new Map(jobs.map(({ fileId, jobId }) => [fileId, jobId]));
  const files = post.files.flatMap(({ id, fileIndex }) => {
    const jobId = jobOf.get(id);
    return jobId === undefined ? [] : [{ fileIndex, jobId }];
  });
  return { videoPostId: post.id, status: post.status, version: FIRST_VERSION, files };
}
