import type { NewEvent } from "../events/domain-event.ts";
import type { Failure } from "../job/failure.ts";
import type { NewJob } from "../job/transcode-job.ts";
import { type Caption, type Chapter, type Chapters, mergedCaptions, uploadedCaptions } from "../part/caption.ts";
import { activateKeyVersion, type ContentKey, keysStagedBy, revokeStagedKeys } from "../part/content-key.ts";
import { imagesPrefix } from "../part/object-keys.ts";
import { type MadeImages, ownChoice } from "../part/part-images.ts";
import { lastKeyVersionOf, versionsInProgress } from "../part/part-versions.ts";
import { type VariantsOfJob, type VideoFile, variantsOf, withoutUrl } from "../part/video-file.ts";
import { type Decision, refused, type VideoPost, withFile } from "../post/video-post.ts";
import type { Quality } from "../quality/quality.ts";
import {
  type DefaultPolicyRule,
  defaultQualityAuth,
  publicQualityAuth,
  type QualityAuth,
} from "../quality/quality-auth.ts";
import type { AbrVariant, ProbeFacts } from "../quality/rendition.ts";
import { takeOver } from "./take-over.ts";

/*
 * What jobs do to a part between claim and completion. They name a part by its internal id, as the job row does. A post
 * that was deleted meanwhile refuses all of it.
 */

export type TranscodeResult =
  | {
      readonly kind: "done";
      readonly transcodeJobId: string;
      /** Prefix of the clear renditions in SOURCE. */
      readonly prefix: string;
      readonly durationSeconds: number;
      readonly probe: ProbeFacts;
      readonly warnings: readonly string[];
      readonly variants: readonly AbrVariant[];
      /** Missing in results of processors of earlier releases. */
      readonly images?: MadeImages | null | undefined;
      /** Of the source; without those of an editor. */
      readonly captions?: readonly Caption[] | undefined;
      readonly chapters?: readonly Chapter[] | undefined;
      /** Null for a ladder of our own. */
      readonly mediaStart?: number | null | undefined;
      readonly encryptJobId: string;
      /** Of the encrypt job, where the processor claims it itself. */
      readonly launchAfter?: number | undefined;
    }
  | ({ readonly kind: "failed" } & Failure);

export function applyTranscodeResult(post: VideoPost, fileId: string, result: TranscodeResult, now: number): Decision {
  const found = livePart(post, fileId);
  if (found.kind === "refused") return found;
  const { file } = found;
  if (result.kind === "failed") return changed(post, failedTranscode(file, result), [], now);
  const { encryptJobId: jobId, launchAfter } = result;
  const encrypt: NewJob = { jobId, fileId, kind: "ENCRYPT", ...(launchAfter === undefined ? {} : { launchAfter }) };
  const transcoded: VideoFile = {
    ...file,
    transferResult: "SUCCESS",
    encryptStatus: file.playing === null ? "UNENCRYPTED" : file.encryptStatus,
    clear: { prefix: result.prefix, transcodeJobId: result.transcodeJobId },
    images: result.images ? { ...result.images, prefix: imagesPrefix(result.prefix, result.images.id) } : null,
    poster: ownChoice(file.poster),
    durationSeconds: file.playing === null ? result.durationSeconds : file.durationSeconds,
    failCode: null,
    failReason: null,
    probe: result.probe,
    warnings: [...result.warnings, ...statedDurationWarning(file, result.durationSeconds)],
    ...textsOf(file, result),
    mediaStart: result.mediaStart ?? null,
    variants: keptVariants(file, { transcodeJobId: result.transcodeJobId, variants: result.variants }),
  };
  return changed(post, transcoded, [encrypt], now);
}

/** An editor may have added texts while the transcode ran. */
function textsOf({ captions, chapters }: VideoFile, result: TranscodeResult & { kind: "done" }) {
  const { chapters: items = [] } = result;
  const found: Chapters | null = items.length === 0 ? null : { origin: "SOURCE", items };
  return {
    captions: mergedCaptions(uploadedCaptions(captions), result.captions ?? []),
    chapters: chapters?.origin === "SET" ? chapters : found,
  };
}

/** A file whose length differs from its uploader's may be the wrong file, or truncated. */
function statedDurationWarning({ clear, playing, durationSeconds }: VideoFile, measured: number): string[] {
  const isStated = clear === null && playing === null && durationSeconds !== null;
  if (!isStated || Math.abs(measured - durationSeconds) <= Math.max(1, durationSeconds / 100)) return [];
  const [found, stated] = [measured, durationSeconds].map((seconds) => seconds.toFixed(1));
  return [`The file is ${found} s long, but the uploader stated ${stated} s. Check that it is the right file.`];
}

/** Only a part that never played becomes FAILED. */
function failedTranscode(file: VideoFile, { code, reason }: Failure): VideoFile {
  const transferResult = file.playing === null ? "FAILED" : file.transferResult;
  return { ...file, transferResult, failCode: code, failReason: reason };
}

function keptVariants(file: VideoFile, made: VariantsOfJob): readonly VariantsOfJob[] {
  const playing = file.variants.filter((old) => old.transcodeJobId === file.playing?.transcodeJobId);
  return [...playing.filter((old) => old.transcodeJobId !== made.transcodeJobId), made];
}

export type KeyDraft = Omit<ContentKey, "keyVersion" | "stagedByJobId" | "status" | "usableUntil" | "createdAt">;

/**
 * Stages one key per quality under the next key version for the job `jobId` alone, and writes missing default policies.
 * Keys that were staged before are revoked: their job has ended, or their renditions were replaced.
 */
export function stageKeys(
  post: VideoPost,
  { fileId, jobId }: { readonly fileId: string; readonly jobId: string },
  drafts: readonly KeyDraft[],
  version: number,
  rule: DefaultPolicyRule,
  now: number,
): Decision {
  const found = livePart(post, fileId);
  if (found.kind === "refused") return found;
  const { file } = found;
  if (version !== lastKeyVersionOf(post, file.fileIndex) + 1)
    throw new Error(`key version ${version} is not the next one`);
  const common = {
    keyVersion: version,
    stagedByJobId: jobId,
    status: "STAGED",
    usableUntil: null,
    createdAt: now,
  } as const;
  const staged = drafts.map((draft): ContentKey => ({ ...draft, ...common }));
  const prepared: VideoFile = {
    ...file,
    encryptStatus: file.playing === null ? "ENCRYPTING" : file.encryptStatus,
    keys: [...revokeStagedKeys(file.keys), ...staged],
    lastKeyVersion: version,
    qualityAuth: withDefaultPolicies(
      post,
      file,
      drafts.map((draft) => draft.quality),
      rule,
    ),
  };
  return changed(post, prepared, [], now);
}

/** The keys that an earlier claim of this job staged, in the order of `qualities`, if they match these exactly. */
export function reusableStagedKeys(
  file: VideoFile,
  jobId: string,
  qualities: readonly Quality[],
): readonly ContentKey[] | null {
  const staged = keysStagedBy(file.keys, jobId);
  const inOrder = qualities.flatMap((quality) => staged.filter((key) => key.quality === quality));
  const same = inOrder.length === qualities.length && inOrder.length === staged.length;
  return same && staged.length > 0 ? inOrder : null;
}

function withDefaultPolicies(
  post: VideoPost,
  file: VideoFile,
  qualities: readonly Quality[],
  rule: DefaultPolicyRule,
): readonly QualityAuth[] {
  const missing = qualities.filter((quality) => !file.qualityAuth.some((auth) => auth.quality === quality));
  const made = missing.map((quality) =>
    post.access === "PUBLIC" ? publicQualityAuth(quality) : defaultQualityAuth(quality, rule),
  );
  return [...file.qualityAuth, ...made];
}

export type EncryptResult =
  | {
      readonly kind: "done";
      /** The encrypt job: only keys that it staged are published. */
      readonly jobId: string;
      /** The claim number of the clear renditions that were encrypted. */
      readonly clearPrefix: string;
      readonly prefix: string;
      readonly keyVersion: number;
      /** Measured on the ciphertext. */
      readonly variants: readonly AbrVariant[];
      /** The end of the keys that played until now, in ms since the epoch. */
      readonly retireAt: number;
    }
  | ({ readonly kind: "failed" } & Failure);

export function applyEncryptResult(post: VideoPost, fileId: string, result: EncryptResult, now: number): Decision {
  const found = livePart(post, fileId);
  if (found.kind === "refused") return found;
  const { file } = found;
  if (result.kind === "failed") return changed(post, failedEncryption(file, result), [], now);
  const mismatch = encryptionMismatch(file, result);
  if (mismatch !== null) return refused({ kind: "invalid", detail: mismatch });
  const { transcodeJobId } = file.clear!;
  const playing: VideoFile = {
    ...file,
    encryptStatus: "ENCRYPTED",
    playing: { prefix: result.prefix, transcodeJobId, keyVersion: result.keyVersion },
    singleKey: null,
    source: withoutUrl(file.source),
    failCode: null,
    failReason: null,
    variants: [{ transcodeJobId, variants: result.variants }],
    keys: activateKeyVersion(file.keys, result.keyVersion, result.retireAt, now),
  };
  if (file.versionState === "NEXT") return takeOver(post, playing, result.retireAt, now);
  const { change } = changed(post, playing, [], now);
  const events = [...change.events, ...migrated(file), ...replaced(file, result.retireAt)];
  return { kind: "changed", change: { ...change, events }, value: undefined };
}

function replaced({ playing }: VideoFile, keysEnd: number): readonly NewEvent[] {
  return playing === null ? [] : [{ type: "PlayedVersionReplaced", prefix: playing.prefix, keysEnd }];
}

function migrated({ singleKey }: VideoFile): readonly NewEvent[] {
  return singleKey === null ? [] : [{ type: "SingleKeyContentMigrated", prefixes: [singleKey.prefix] }];
}

/** The clear renditions and what plays stay. The staged keys are revoked: the job's holders know them. */
function failedEncryption(file: VideoFile, { code, reason }: Failure): VideoFile {
  const encryptStatus = file.playing === null ? "FAILED" : file.encryptStatus;
  return { ...file, encryptStatus, failCode: code, failReason: reason, keys: revokeStagedKeys(file.keys) };
}

function encryptionMismatch(file: VideoFile, result: EncryptResult & { kind: "done" }): string | null {
  if (file.clear === null) return "there are no clear renditions that it could have come from";
  if (file.clear.prefix !== result.clearPrefix) return "the clear renditions have been replaced meanwhile";
  const expected = variantsOf(file, file.clear.transcodeJobId).map((variant) => variant.quality);
  const staged = keysStagedBy(file.keys, result.jobId).filter((key) => key.keyVersion === result.keyVersion);
  const qualities = result.variants.map((variant) => variant.quality);
  if (!sameSet(qualities, expected)) return `qualities ${qualities} were encrypted, ${expected} were asked for`;
  if (
    !sameSet(
      qualities,
      staged.map((key) => key.quality),
    )
  )
    return `key version ${result.keyVersion} is not staged by this job for ${qualities}`;
  return null;
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value) => b.includes(value));
}

function livePart(
  post: VideoPost,
  fileId: string,
): { kind: "part"; file: VideoFile } | (Decision & { kind: "refused" }) {
  if (post.deletedAt !== null) return refused({ kind: "deleted" });
  const file = versionsInProgress(post).find((part) => part.id === fileId);
  return file === undefined ? refused({ kind: "not-found" }) : { kind: "part", file };
}

function changed(
  post: VideoPost,
  file: VideoFile,
  jobs: readonly NewJob[],
  now: number,
): Decision & { kind: "changed" } {
  return { kind: "changed", change: withFile(post, file, jobs, now), value: undefined };
}
