import { storedFailureCode } from "../../domain/job/failure.ts";
import type { VariantsOfJob, VideoFile } from "../../domain/part/video-file.ts";
import { foldTitle } from "../../domain/post/folded-title.ts";
import type { VideoPost } from "../../domain/post/video-post.ts";
import { variantAlias } from "../../domain/quality/quality.ts";
import type { AbrVariant } from "../../domain/quality/rendition.ts";
import type { VideoPostRows } from "./row-types.ts";

/** A URL that was cleared. NULL stands for a part that has no URL. */
const NO_URL = "";

/** A post that does not exist yet. */
export const NO_ROWS: VideoPostRows = { posts: [], files: [], variants: [], keys: [], qualityAuth: [], singleKeys: [] };

export function rowsOf(post: VideoPost): VideoPostRows {
  const { files: present, otherVersions, audit, ...fields } = post;
  // A version that gives up its name is written before the one that takes it.
  const files = [...otherVersions, ...present];
  const audited = {
    auditResult: audit?.result ?? null,
    auditReason: audit?.reason ?? null,
    auditedBy: audit?.by ?? null,
    auditedAt: audit?.at ?? null,
  };
  const folded = { titleFolded: foldTitle(post.title), titleFoldedFrom: post.title };
  return {
    posts: [{ ...fields, ...audited, ...folded }],
    files: files.map((file) => fileRow(post.id, file)),
    variants: files.flatMap(variantRows),
    keys: files.flatMap((file) => file.keys.map((key) => ({ ...key, fileId: file.id }))),
    qualityAuth: files.flatMap((file) => file.qualityAuth.map((auth) => ({ ...auth, fileId: file.id }))),
    singleKeys: files.flatMap(({ id, singleKey }) => (singleKey === null ? [] : [{ ...singleKey, fileId: id }])),
  };
}

function fileRow(videoId: string, file: VideoFile): VideoPostRows["files"][number] {
  return {
    id: file.id,
    videoId,
    fileIndex: file.fileIndex,
    versionState: file.versionState,
    position: file.position,
    uploadId: file.source.kind === "upload" ? file.source.uploadId : null,
    sourceUrl: file.source.kind === "url" ? (file.source.url?.wrappedText ?? NO_URL) : null,
    sourceKekId: file.source.kind === "url" ? (file.source.url?.kekId ?? null) : null,
    fileName: file.fileName,
    fileSize: file.fileSize,
    durationSeconds: file.durationSeconds,
    transferResult: file.transferResult,
    encryptStatus: file.encryptStatus,
    updateType: file.updateType,
    filePath: file.clear?.prefix ?? null,
    filePathJobId: file.clear?.transcodeJobId ?? null,
    encPath: file.playing?.prefix ?? null,
    encPathJobId: file.playing?.transcodeJobId ?? null,
    keyVersion: file.playing?.keyVersion ?? null,
    lastKeyVersion: file.lastKeyVersion,
    images: file.images,
    poster: file.poster,
    posterId: file.poster?.kind === "own" ? file.poster.id : null,
    failCode: file.failCode,
    failReason: file.failReason,
    probe: file.probe,
    warnings: file.warnings,
    captions: file.captions,
    chapters: file.chapters,
    mediaStart: file.mediaStart,
    createdAt: file.createdAt,
  };
}

function variantRows(file: VideoFile): VideoPostRows["variants"] {
  return file.variants.flatMap(({ transcodeJobId, variants }) =>
    variants.map(({ frameRate, ...variant }) => ({
      ...variant,
      fileId: file.id,
      transcodeJobId,
      alias: variantAlias(variant.quality),
      frameRateNumerator: frameRate?.numerator ?? null,
      frameRateDenominator: frameRate?.denominator ?? null,
    })),
  );
}

export function videoPostOf(rows: VideoPostRows): VideoPost | null {
  const [row] = rows.posts;
  if (row === undefined) return null;
  const { auditResult, auditReason, auditedBy, auditedAt, titleFolded: _, titleFoldedFrom: __, ...fields } = row;
  const audit =
    auditResult === null ? null : { result: auditResult, reason: auditReason, by: auditedBy ?? "", at: auditedAt ?? 0 };
  const children = {
    variants: byFile(rows.variants),
    keys: byFile(rows.keys),
    qualityAuth: byFile(rows.qualityAuth),
    singleKeys: byFile(rows.singleKeys),
  };
  const versions = rows.files.map((row) => fileOf(row, children)).sort((a, b) => a.position - b.position);
  const [files, otherVersions] = [true, false].map((isPresent) =>
    versions.filter(({ versionState }) => (versionState === "PRESENT") === isPresent),
  ) as [VideoFile[], VideoFile[]];
  return { ...fields, audit, files, otherVersions };
}

type ByFile<R> = ReadonlyMap<string, readonly R[]>;
type Children = {
  readonly [table in "variants" | "keys" | "qualityAuth" | "singleKeys"]: ByFile<VideoPostRows[table][number]>;
};

function byFile<R extends { fileId: string }>(rows: readonly R[]): ByFile<R> {
  return Map.groupBy(rows, ({ fileId }) => fileId);
}

function fileOf(row: VideoPostRows["files"][number], children: Children): VideoFile {
  const ofFile = <R>(rows: ByFile<R>) => rows.get(row.id) ?? [];
  return {
    id: row.id,
    fileIndex: row.fileIndex,
    versionState: row.versionState,
    position: row.position,
    source: sourceOf(row),
    fileName: row.fileName,
    fileSize: row.fileSize,
    durationSeconds: row.durationSeconds,
    transferResult: row.transferResult,
    encryptStatus: row.encryptStatus,
    updateType: row.updateType,
    clear:
      row.filePath === null
        ? null
        : { prefix: row.filePath, transcodeJobId: stored(row.filePathJobId, "file_path_job_id") },
    playing:
      row.encPath === null
        ? null
        : {
            prefix: row.encPath,
            transcodeJobId: stored(row.encPathJobId, "enc_path_job_id"),
            keyVersion: stored(row.keyVersion, "key_version"),
          },
    images: row.images,
    poster: row.poster,
    singleKey: ofFile(children.singleKeys).map(singleKeyOf)[0] ?? null,
    failCode: storedFailureCode(row.failReason, row.failCode),
    failReason: row.failReason,
    probe: row.probe,
    warnings: row.warnings,
    captions: row.captions,
    chapters: row.chapters,
    mediaStart: row.mediaStart,
    variants: groupVariants(ofFile(children.variants)),
    keys: ofFile(children.keys).map(({ fileId: _, ...key }) => key),
    lastKeyVersion: row.lastKeyVersion,
    qualityAuth: ofFile(children.qualityAuth).map(({ fileId: _, ...auth }) => auth),
    createdAt: row.createdAt,
  };
}

function sourceOf({ uploadId, sourceUrl, sourceKekId }: VideoPostRows["files"][number]): VideoFile["source"] {
  if (uploadId !== null) return { kind: "upload", uploadId };
  if (sourceUrl === null) return { kind: "imported" };
  if (sourceUrl === NO_URL) return { kind: "url", url: null };
  return { kind: "url", url: { kekId: stored(sourceKekId, "source_kek_id"), wrappedText: sourceUrl } };
}

function singleKeyOf(row: VideoPostRows["singleKeys"][number]): VideoFile["singleKey"] {
  const { prefix, wrappedKey, kekId, renditions, requestedAt, createdAt } = row;
  return { prefix, wrappedKey, kekId, renditions, requestedAt, createdAt };
}

function groupVariants(rows: readonly VideoPostRows["variants"][number][]): VariantsOfJob[] {
  const byJob = new Map<string, AbrVariant[]>();
  for (const row of rows) {
    const { fileId: _, transcodeJobId, alias: __, frameRateNumerator, frameRateDenominator, ...variant } = row;
    const frameRate =
      frameRateNumerator === null || frameRateDenominator === null
        ? null
        : { numerator: frameRateNumerator, denominator: frameRateDenominator };
    byJob.set(transcodeJobId, [...(byJob.get(transcodeJobId) ?? []), { ...variant, frameRate }]);
  }
  return [...byJob].map(([transcodeJobId, variants]) => ({ transcodeJobId, variants }));
}

function stored<T>(value: T | null, column: string): T {
  if (value === null) throw new Error(`video_file_post.${column} is null beside columns that need it`);
  return value;
}
