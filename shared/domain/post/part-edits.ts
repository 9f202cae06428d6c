import type { NewEvent, PartLeftovers } from "../events/domain-event.ts";
import type { NewJob } from "../job/transcode-job.ts";
import { ownChoice } from "../part/part-images.ts";
import {
  endedVersion,
  lastKeyVersionOf,
  replacementOf,
  storedPrefixes,
  versionsOf,
  withEditorsTexts,
  withoutEditorsTexts,
  withoutPoster,
} from "../part/part-versions.ts";
import { partState, uploadOf, type VideoFile } from "../part/video-file.ts";
import { afterPartEdit, type PartEditRule } from "./review.ts";
import {
  type Decision,
  type NewFile,
  newVersion,
  type Refusal,
  refused,
  settle,
  type VideoPost,
  withNewFile,
} from "./video-post.ts";

/* Changes of a post's parts by an editor. Each is one save; jobs that become pointless end with it. */

/** As many parts as a post has at the same time. */
export const MOST_PARTS = 100;

export type AddedPart = { readonly fileIndex: number; readonly jobId: string };

export function addParts(
  post: VideoPost,
  added: readonly NewFile[],
  rule: PartEditRule,
  now: number,
): Decision<readonly AddedPart[]> {
  if (post.deletedAt !== null) return refused({ kind: "deleted" });
  if (post.files.length + added.length > MOST_PARTS) {
    const detail = `a post has at most ${MOST_PARTS} parts, and this one has ${post.files.length}`;
    return refused({ kind: "wrong-state", detail });
  }
  const parts = added.map(({ jobId }, n): AddedPart => ({ fileIndex: post.nextFileIndex + n, jobId }));
  const events = parts.map(({ fileIndex }): NewEvent => ({ type: "VideoPartAdded", fileIndex }));
  const withParts = added.reduce((soFar, file) => withNewFile(soFar, file, now), post);
  return edited(withParts, rule, { jobs: added.map(transcodeOf), events, endedFiles: [] }, parts, now);
}

/**
 * Another source for a part. What plays continues until the new source is encrypted; what never played is given up at
 * once, as is an earlier replacement.
 */
export function replacePart(
  post: VideoPost,
  fileIndex: number,
  source: NewFile,
  rule: PartEditRule,
  now: number,
): Decision<AddedPart> {
  const found = presentPart(post, fileIndex);
  if (found.kind === "refused") return found;
  const { file: old } = found;
  const earlier = replacementOf(post, fileIndex);
  const added = { ...newVersion(source, old, now), lastKeyVersion: lastKeyVersionOf(post, fileIndex) };
  const given = earlier === null ? [] : [earlier];
  const value = { fileIndex, jobId: source.jobId };
  if (!isWatchable(old)) {
    const kept = { ...added, qualityAuth: old.qualityAuth, poster: ownChoice(old.poster) };
    const present = withEditorsTexts(kept, old);
    const files = post.files.map((file) => (file === old ? present : file));
    const gone = [withoutEditorsTexts(old), ...given].map(withoutPoster);
    const discarded = withDiscarded({ ...post, files }, gone);
    const events = [discardedEvent(fileIndex, gone)];
    const ended = gone.map(({ id }) => id);
    return edited(discarded, rule, { jobs: [transcodeOf(source)], events, endedFiles: ended }, value, now);
  }
  const without = withDiscarded(post, given);
  const next: VideoPost = {
    ...without,
    otherVersions: [...without.otherVersions, { ...added, versionState: "NEXT" }],
  };
  const requested: NewEvent = { type: "VideoPartReplacementRequested", fileIndex };
  const events = [...(earlier === null ? [] : [discardedEvent(fileIndex, given)]), requested];
  const ended = given.map(({ id }) => id);
  return edited(next, rule, { jobs: [transcodeOf(source)], events, endedFiles: ended }, value, now);
}

/** Gives the replacement in progress up; what plays stays. Unchanged where there is none. */
export function discardReplacement(post: VideoPost, fileIndex: number, now: number): Decision {
  const found = presentPart(post, fileIndex);
  if (found.kind === "refused") return found;
  const next = replacementOf(post, fileIndex);
  if (next === null) return { kind: "unchanged", value: undefined };
  const files = post.files.map((file) =>
    file === found.file ? { ...file, lastKeyVersion: lastKeyVersionOf(post, fileIndex) } : file,
  );
  const change = settle(withDiscarded({ ...post, files }, [next]), [], now, [discardedEvent(fileIndex, [next])]);
  return { kind: "changed", change: { ...change, endedFiles: [next.id] }, value: undefined };
}

/** Removes a part for good: its index is never used again. Unchanged for a part that was removed before. */
export function removePart(post: VideoPost, fileIndex: number, rule: PartEditRule, now: number): Decision {
  if (post.deletedAt !== null) return refused({ kind: "deleted" });
  const removed = post.files.find((file) => file.fileIndex === fileIndex);
  if (removed === undefined) {
    return fileIndex < post.nextFileIndex ? { kind: "unchanged", value: undefined } : refused({ kind: "not-found" });
  }
  const left = post.files.filter((file) => file !== removed);
  if (post.publishedAt !== null && rule === "keep" && !left.some((file) => partState(file) === "ready")) {
    return refused({ kind: "wrong-state", detail: LAST_PART });
  }
  const versions = versionsOf(post, fileIndex);
  const event: NewEvent = { type: "VideoPartRemoved", ...leftovers(fileIndex, versions) };
  const others = post.otherVersions.filter((file) => file.fileIndex !== fileIndex);
  const without: VideoPost = {
    ...post,
    files: inOrder(left),
    otherVersions: [...others, ...versions.map((file) => withdrawn(file, file === removed ? "REMOVED" : "DISCARDED"))],
  };
  const endedFiles = versions.map(({ id }) => id);
  return edited(without, rule, { jobs: [], events: [event], endedFiles }, undefined, now);
}

const LAST_PART =
  "the post is published and no other part of it plays; withdraw or delete the post, or add another part first";

/** Every part of the post once, in the new order. */
export function reorderParts(
  post: VideoPost,
  fileIndexes: readonly number[],
  rule: PartEditRule,
  now: number,
): Decision {
  if (post.deletedAt !== null) return refused({ kind: "deleted" });
  const present = post.files.map(({ fileIndex }) => fileIndex);
  const isComplete = new Set(fileIndexes).size === fileIndexes.length && fileIndexes.length === present.length;
  if (!isComplete || !present.every((fileIndex) => fileIndexes.includes(fileIndex))) {
    const detail = `fileIndexes: name each part of the post once: ${present.toSorted((a, b) => a - b).join(", ")}`;
    return refused({ kind: "invalid", detail });
  }
  if (present.every((fileIndex, n) => fileIndex === fileIndexes[n])) return { kind: "unchanged", value: undefined };
  const files = post.files.toSorted((a, b) => fileIndexes.indexOf(a.fileIndex) - fileIndexes.indexOf(b.fileIndex));
  const event: NewEvent = { type: "VideoPartsReordered", fileIndexes };
  const ordered = { ...post, files: inOrder(files) };
  return edited(ordered, rule, { jobs: [], events: [event], endedFiles: [] }, undefined, now);
}

function inOrder(files: readonly VideoFile[]): readonly VideoFile[] {
  return files.map((file, position) => ({ ...file, position }));
}

/** What viewers can watch, or request: it stays until its replacement is ready. */
function isWatchable(file: VideoFile): boolean {
  return file.playing !== null || file.source.kind === "imported";
}

function transcodeOf({ jobId, id }: NewFile): NewJob {
  return { jobId, fileId: id, kind: "TRANSCODE" };
}

function presentPart(
  post: VideoPost,
  fileIndex: number,
): { readonly kind: "part"; readonly file: VideoFile } | { kind: "refused"; refusal: Refusal } {
  if (post.deletedAt !== null) return refused({ kind: "deleted" });
  const file = post.files.find((part) => part.fileIndex === fileIndex);
  if (file !== undefined) return { kind: "part", file };
  return refused({ kind: fileIndex < post.nextFileIndex ? "deleted" : "not-found" });
}

function withdrawn(file: VideoFile, versionState: "DISCARDED" | "REMOVED"): VideoFile {
  return { ...endedVersion(file), versionState, variants: [], qualityAuth: [], images: null, poster: null };
}

function withDiscarded(post: VideoPost, given: readonly VideoFile[]): VideoPost {
  const ids = given.map(({ id }) => id);
  const others = post.otherVersions.filter(({ id }) => !ids.includes(id));
  return { ...post, otherVersions: [...others, ...given.map((file) => withdrawn(file, "DISCARDED"))] };
}

function leftovers(fileIndex: number, versions: readonly VideoFile[]): PartLeftovers {
  return { fileIndex, prefixes: versions.flatMap(storedPrefixes), uploadIds: versions.flatMap(uploadOf) };
}

function discardedEvent(fileIndex: number, given: readonly VideoFile[]): NewEvent {
  return { type: "VideoPartSourceDiscarded", ...leftovers(fileIndex, given) };
}

type Effects = {
  readonly jobs: readonly NewJob[];
  readonly events: readonly NewEvent[];
  readonly endedFiles: readonly string[];
};

function edited<T>(
  post: VideoPost,
  rule: PartEditRule,
  { jobs, events, endedFiles }: Effects,
  value: T,
  now: number,
): Decision<T> {
  const change = settle(afterPartEdit(post, rule), jobs, now, events);
  return { kind: "changed", change: { ...change, endedFiles }, value };
}
