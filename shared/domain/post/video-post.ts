import type { NewEvent } from "../events/domain-event.ts";
import type { NewJob } from "../job/transcode-job.ts";
import { endedVersion, storedPrefixes, versionsInProgress } from "../part/part-versions.ts";
import { type FileSource, partState, uploadOf, type VideoFile } from "../part/video-file.ts";
import type { PostMetadata } from "./post-metadata.ts";
import { publicationEvents } from "./publication-events.ts";
import { slugOf } from "./slug.ts";

export type ResourceType = "VIDEO" | "AUDIO";
export const VIDEO_POST_STATUSES = [
  "DRAFT",
  "TRANSCODING",
  "TRANSCODE_FAILED",
  "PROCESSING_CANCELLED",
  "PENDING_AUDIT",
  "PUBLISHED",
  "REJECTED",
  "DELETED",
] as const;
export type VideoPostStatus = (typeof VIDEO_POST_STATUSES)[number];

/** POLICY: new qualities get the deployment's default policies. PUBLIC: all of them are public. */
export type PostAccess = "POLICY" | "PUBLIC";

export type Interaction = { readonly comments: boolean; readonly liveComments: boolean };

export type Audit = {
  readonly result: "PASSED" | "REJECTED";
  readonly reason: string | null;
  readonly by: string;
  readonly at: number;
};

/** How a post left publication without a review. The next review clears it. */
export type Withdrawal = { readonly reason: string | null; readonly by: string; readonly at: number };

/** The root: saved and loaded whole. */
export type VideoPost = {
  readonly id: string;
  /** Of posts that were imported. */
  readonly importId: string | null;
  readonly authorId: string;
  readonly title: string;
  readonly slug: string;
  readonly description: string;
  readonly resourceType: ResourceType;
  readonly interaction: Interaction;
  readonly access: PostAccess;
  /** Passes the review by itself when it is ready. A rejection, a withdrawal and a submission end it. */
  readonly autoPublish: boolean;
  readonly metadata: PostMetadata;
  /** Opaque to the service, at most PASSTHROUGH_BYTES. */
  readonly passthrough: string | null;
  readonly status: VideoPostStatus;
  readonly durationSeconds: number;
  readonly audit: Audit | null;
  readonly withdrawal: Withdrawal | null;
  /** Time of the review that published the post, in ms; null while it is not published. Parts do not change it. */
  readonly publishedAt: number | null;
  /** Number of saves; 0 before the first. */
  readonly version: number;
  /** A file index is permanent and never used again. */
  readonly nextFileIndex: number;
  /** The present version of each part. */
  readonly files: readonly VideoFile[];
  /** Replacements in progress, and replaced versions whose keys may still be served (part-versions.ts). */
  readonly otherVersions: readonly VideoFile[];
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly deletedAt: number | null;
};

/** A decision: the new state, and what the save writes beside it. */
export type Change = {
  readonly post: VideoPost;
  readonly events: readonly NewEvent[];
  readonly jobs: readonly NewJob[];
  /** Jobs that their holders lose: each is QUEUED again with its attempt returned. */
  readonly takenBack?: readonly string[];
  /** Versions of parts that nothing plays any more: their live jobs are cancelled. */
  readonly endedFiles?: readonly string[];
};

/** A refusal is a value; a broken invariant is a throw. */
export type Refusal =
  | { readonly kind: "not-found" }
  | { readonly kind: "deleted" }
  | { readonly kind: "wrong-state"; readonly detail: string }
  | { readonly kind: "invalid"; readonly detail: string };

export type Decision<T = undefined> =
  | { readonly kind: "changed"; readonly change: Change; readonly value: T }
  | { readonly kind: "unchanged"; readonly value: T }
  | { readonly kind: "refused"; readonly refusal: Refusal };

export function refused(refusal: Refusal): { kind: "refused"; refusal: Refusal } {
  return { kind: "refused", refusal };
}

export type NewFile = {
  readonly id: string;
  readonly jobId: string;
  readonly source: FileSource;
  readonly fileName: string;
  readonly fileSize: number | null;
  /** Seconds, as the client stated them. */
  readonly durationSeconds?: number | null | undefined;
};

export type NewVideoPost = {
  readonly id: string;
  readonly authorId: string;
  readonly title: string;
  readonly description: string;
  readonly resourceType: ResourceType;
  readonly interaction: Interaction;
  readonly access: PostAccess;
  readonly autoPublish: boolean;
  readonly metadata?: PostMetadata | undefined;
  readonly passthrough?: string | null | undefined;
  readonly files: readonly NewFile[];
};

export function createVideoPost(input: NewVideoPost, now: number): Change {
  const post = input.files.reduce((soFar, file) => withNewFile(soFar, file, now), emptyPost(input, now));
  const jobs = input.files.map((file): NewJob => ({ jobId: file.jobId, fileId: file.id, kind: "TRANSCODE" }));
  return settle(post, jobs, now);
}

/** A post without its parts. */
export function emptyPost(input: Omit<NewVideoPost, "files">, now: number): VideoPost {
  return {
    id: input.id,
    importId: null,
    authorId: input.authorId,
    title: input.title,
    slug: slugOf(input.title),
    description: input.description,
    resourceType: input.resourceType,
    interaction: input.interaction,
    access: input.access,
    autoPublish: input.autoPublish,
    metadata: input.metadata ?? {},
    passthrough: input.passthrough ?? null,
    status: "DRAFT",
    durationSeconds: 0,
    audit: null,
    withdrawal: null,
    publishedAt: null,
    version: 0,
    nextFileIndex: 0,
    files: [],
    otherVersions: [],
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
  };
}

/** The state before `settle`. Parts that play continue to play. */
export function withNewFile(post: VideoPost, file: NewFile, now: number): VideoPost {
  const added = newVersion(file, { fileIndex: post.nextFileIndex, position: post.files.length }, now);
  return { ...post, nextFileIndex: post.nextFileIndex + 1, files: [...post.files, added] };
}

/** A source that waits for its transcode. */
export function newVersion(
  file: NewFile,
  { fileIndex, position }: Pick<VideoFile, "fileIndex" | "position">,
  now: number,
): VideoFile {
  return {
    id: file.id,
    fileIndex,
    versionState: "PRESENT",
    position,
    source: file.source,
    fileName: file.fileName,
    fileSize: file.fileSize,
    durationSeconds: file.durationSeconds ?? null,
    transferResult: "TRANSCODING",
    encryptStatus: "UNENCRYPTED",
    updateType: "HAS_UPDATE",
    clear: null,
    playing: null,
    images: null,
    poster: null,
    singleKey: null,
    failCode: null,
    failReason: null,
    probe: null,
    warnings: [],
    captions: [],
    chapters: null,
    mediaStart: null,
    variants: [],
    keys: [],
    lastKeyVersion: 0,
    qualityAuth: [],
    createdAt: now,
  };
}

/** Changes one version of a part and settles the post. */
export function withFile(post: VideoPost, file: VideoFile, jobs: readonly NewJob[], now: number): Change {
  const changed = (old: VideoFile) => (old.id === file.id ? file : old);
  const versions = { files: post.files.map(changed), otherVersions: post.otherVersions.map(changed) };
  return settle({ ...post, ...versions }, jobs, now);
}

/**
 * The only place that derives the status, the total duration, the publication and the review of posts with autoPublish.
 */
export function settle(
  post: VideoPost,
  jobs: readonly NewJob[],
  now: number,
  events: readonly NewEvent[] = [],
): Change {
  const passesNow = post.autoPublish && post.audit === null && allReady(post);
  const audit: Audit | null = passesNow ? { result: "PASSED", reason: null, by: "system", at: now } : post.audit;
  const publishedAt = publicationOf(post, audit);
  const settled: VideoPost = {
    ...post,
    audit,
    publishedAt,
    status: statusOf({ ...post, audit, publishedAt }),
    durationSeconds: post.files.reduce((sum, file) => sum + (file.durationSeconds ?? 0), 0),
    updatedAt: now,
  };
  const passed: NewEvent[] = passesNow ? [{ type: "VideoAuditPassed", auditedBy: "system" }] : [];
  return { post: settled, jobs, events: [...events, ...passed, ...publicationEvents(post, settled)] };
}

export function allReady(post: VideoPost): boolean {
  const isReady = (file: VideoFile) => partState(file) === "ready";
  return post.deletedAt === null && post.files.length > 0 && versionsInProgress(post).every(isReady);
}

/** Only the review decides. A post saved without its time of publication gets the time of its review. */
function publicationOf({ deletedAt, publishedAt }: VideoPost, audit: Audit | null): number | null {
  return deletedAt === null && audit?.result === "PASSED" ? (publishedAt ?? audit.at) : null;
}

/** A published post stays published when a part is added, replaced or fails. */
function statusOf(post: VideoPost): VideoPostStatus {
  if (post.deletedAt !== null) return "DELETED";
  if (post.publishedAt !== null) return "PUBLISHED";
  if (post.files.length === 0) return "DRAFT";
  // What is reviewed is what will play: a replacement in progress counts.
  const states = versionsInProgress(post).map(partState);
  if (states.includes("failed")) return "TRANSCODE_FAILED";
  if (states.includes("cancelled")) return "PROCESSING_CANCELLED";
  if (states.includes("on-its-way")) return "TRANSCODING";
  return post.audit === null ? "PENDING_AUDIT" : "REJECTED";
}

function uploadIds(post: VideoPost): string[] {
  return [...post.files, ...post.otherVersions].flatMap(uploadOf);
}

/** A field that is left out stays. `metadata` is replaced as a whole. */
export type PostEdit = {
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly interaction?: Interaction | undefined;
  readonly metadata?: PostMetadata | undefined;
  readonly passthrough?: string | null | undefined;
};

export function updateVideoPost(post: VideoPost, edit: PostEdit, now: number): Decision {
  if (post.deletedAt !== null) return refused({ kind: "deleted" });
  const edited: VideoPost = {
    ...post,
    title: edit.title ?? post.title,
    slug: edit.title === undefined ? post.slug : slugOf(edit.title),
    description: edit.description ?? post.description,
    interaction: edit.interaction ?? post.interaction,
    metadata: edit.metadata ?? post.metadata,
    passthrough: edit.passthrough === undefined ? post.passthrough : edit.passthrough,
  };
  return { kind: "changed", change: settle(edited, [], now), value: undefined };
}

/** The keys are revoked with the post: the key endpoint never loads a post and refuses from this save on. */
export function deleteVideoPost(post: VideoPost, now: number): Decision {
  if (post.deletedAt !== null) return { kind: "unchanged", value: undefined };
  const prefixes = [...post.files, ...post.otherVersions].flatMap(storedPrefixes);
  const event: NewEvent = { type: "VideoPostDeleted", prefixes, uploadIds: uploadIds(post) };
  const [files, otherVersions] = [post.files, post.otherVersions].map((versions) => versions.map(endedVersion));
  const deleted = { ...post, files: files ?? [], otherVersions: otherVersions ?? [], deletedAt: now };
  return { kind: "changed", change: settle(deleted, [], now, [event]), value: undefined };
}
