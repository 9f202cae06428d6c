import type { PostMetadata } from "../../domain/post-metadata.ts";
import type { FileSource } from "../../domain/video-file.ts";
import {
  type Change,
  createVideoPost as create,
  type Interaction,
  type PostAccess,
  type Refusal,
  type ResourceType,
  type VideoPostStatus,
} from "../../domain/video-post.ts";
import type { KeyVault } from "../../key-vault/key-vault.ts";
import { uuidV7 } from "../../lib/random-id.ts";
import { UPLOAD_USED } from "../decide-and-save.ts";
import type { VideoPostRepository } from "../ports/video-post-repository.ts";
import { wrapSourceUrl } from "../source-url.ts";

/** As the client sent it. A URL is wrapped before it reaches the aggregate. */
export type GivenSource =
  | { readonly kind: "upload"; readonly uploadId: string }
  | { readonly kind: "url"; readonly url: string };

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

export type NewPart = {
  readonly source: GivenSource;
  readonly fileName: string;
  readonly fileSize: number | null;
  readonly durationSeconds: number | null;
};

export type CreatedVideoPost = {
  readonly videoPostId: string;
  readonly status: VideoPostStatus;
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
  const repeated = repeatedUpload(input.uploadFileList.map(({ source }) => source));
  if (repeated !== null) {
    const detail = `uploadFileList: upload ${repeated} is listed twice; an upload makes one part`;
    return { kind: "refused", refusal: { kind: "invalid", detail } };
  }
  const files = await Promise.all(
    input.uploadFileList.map(async (file) => {
      const id = uuidV7(now);
      return { ...file, id, jobId: uuidV7(now), source: await storedSource(vault, id, file.source) };
    }),
  );
  const change = create({ ...input, id: videoPostId, files }, now);
  const outcome = await posts.save({ ...change, from: null, trace: { actor: input.by, action: "post.create" } }, now);
  if (outcome === "upload-used") return { kind: "refused", refusal: UPLOAD_USED };
  if (outcome !== "saved") throw new Error(`a new post could not be saved: ${outcome}`);
  return { kind: "created", created: createdVideoPost(change) };
}

/** What a new post is to its client; every part of it has a job. */
export function createdVideoPost({ post, jobs }: Change): CreatedVideoPost {
  const jobOf = new Map(jobs.map(({ fileId, jobId }) => [fileId, jobId]));
  const files = post.files.flatMap(({ id, fileIndex }) => {
    const jobId = jobOf.get(id);
    return jobId === undefined ? [] : [{ fileIndex, jobId }];
  });
  return { videoPostId: post.id, status: post.status, files };
}

async function storedSource(vault: KeyVault, fileId: string, source: GivenSource): Promise<FileSource> {
  return source.kind === "url" ? { kind: "url", url: await wrapSourceUrl(vault, fileId, source.url) } : source;
}

function repeatedUpload(sources: readonly GivenSource[]): string | null {
  const ids = sources.flatMap((source) => (source.kind === "upload" ? [source.uploadId] : []));
  return ids.find((id, index) => ids.indexOf(id) !== index) ?? null;
}
