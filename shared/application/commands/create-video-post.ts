import type { FileSource } from "../../domain/video-file.ts";
import {
  createVideoPost as create,
  type Interaction,
  type PostAccess,
  type ResourceType,
} from "../../domain/video-post.ts";
import { uuidV7 } from "../../lib/random-id.ts";
import type { VideoPostRepository } from "../ports.ts";

export type CreateVideoPost = {
  readonly authorId: string;
  readonly title: string;
  readonly description: string;
  readonly resourceType: ResourceType;
  readonly interaction: Interaction;
  readonly access: PostAccess;
  readonly autoPublish: boolean;
  readonly uploadFileList: readonly {
    readonly source: FileSource;
    readonly fileName: string;
    readonly fileSize: number | null;
    readonly durationSeconds: number | null;
  }[];
};

export type CreatedVideoPost = {
  readonly videoPostId: string;
  readonly status: string;
  readonly files: readonly { readonly fileIndex: number; readonly jobId: string }[];
};

/** The post, its parts and their TRANSCODE jobs, in one save. */
export async function createVideoPost(
  posts: VideoPostRepository,
  input: CreateVideoPost,
  now: number,
): Promise<CreatedVideoPost> {
  const files = input.uploadFileList.map((file) => ({ ...file, id: uuidV7(now), jobId: uuidV7(now) }));
  const change = create({ ...input, id: uuidV7(now), files }, now);
  const outcome = await posts.save(change, now);
  if (outcome !== "saved") throw new Error(`a new post could not be saved: ${outcome}`);
  return {
    videoPostId: change.post.id,
    status: change.post.status,
    files: files.map((file, index) => ({ fileIndex: index, jobId: file.jobId })),
  };
}
