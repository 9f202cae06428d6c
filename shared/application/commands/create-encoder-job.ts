import type { EncoderJob } from "../../domain/encoder/encoder-job.ts";
import type { NewEvent } from "../../domain/events/domain-event.ts";
import type { PostMetadata } from "../../domain/post/post-metadata.ts";
import {
  createVideoPost as create,
  type PostAccess,
  type Refusal,
  type ResourceType,
  refused,
} from "../../domain/post/video-post.ts";
import type { KeyVault } from "../../key-vault/key-vault.ts";
import { uuidV7 } from "../../lib/random-id.ts";
import { UPLOAD_USED } from "../decide-and-save.ts";
import type { VideoPostRepository } from "../ports/video-post-repository.ts";
import { type NewPart, newFile } from "./new-file.ts";

export type CreateEncoderJob = {
  readonly by: string;
  readonly title: string;
  readonly resourceType: ResourceType;
  readonly access: PostAccess;
  readonly metadata: PostMetadata;
  readonly passthrough: string | null;
  readonly webhookUrl: string | null;
  readonly part: NewPart;
};

export type CreateEncoderJobOutcome =
  | { readonly kind: "created"; readonly job: EncoderJob }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/** One save: a post that is published when its one part is ready, its transcode job, and the encoder job. */
export async function createEncoderJob(
  { posts, vault }: { readonly posts: Pick<VideoPostRepository, "save">; readonly vault: KeyVault },
  input: CreateEncoderJob,
  now: number,
): Promise<CreateEncoderJobOutcome> {
  const { by, part, webhookUrl, ...post } = input;
  const file = await newFile(vault, part, now);
  const change = create(
    {
      ...post,
      id: uuidV7(now),
      authorId: by,
      description: "",
      interaction: { comments: false, liveComments: false },
      autoPublish: true,
      files: [file],
    },
    now,
  );
  const { id: videoPostId, slug, title, resourceType } = change.post;
  const ids = { jobId: file.jobId, videoPostId, fileId: file.id };
  const job: EncoderJob = { ...ids, slug, title, resourceType, callerId: by, webhookUrl, createdAt: now };
  const created: NewEvent = { type: "VideoPostCreated", fileIndexes: [0] };
  const trace = { actor: by, action: "post.create" } as const;
  const events = [created, ...change.events];
  const outcome = await posts.save({ ...change, events, from: null, trace, encoderJob: job }, now);
  if (outcome === "upload-used") return refused(UPLOAD_USED);
  if (outcome !== "saved") throw new Error(`a new post could not be saved: ${outcome}`);
  return { kind: "created", job };
}
