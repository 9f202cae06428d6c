import { replacementOf } from "../../domain/part/part-versions.ts";
import { type VideoFile, variantsOf } from "../../domain/part/video-file.ts";
import { rekeyState } from "../../domain/post/imported-post.ts";
import type { VideoPost } from "../../domain/post/video-post.ts";
import { describeTexts } from "./captions.ts";
import { describeImages } from "./part-images.ts";

/** A post as the API shows it: parts by file index, no internal ids, no paths, no keys. */
export function describeVideoPost(post: VideoPost) {
  const { id, files, otherVersions: _, nextFileIndex: __, ...fields } = post;
  return { videoPostId: id, ...fields, files: files.map((file) => describePart(post, file)) };
}

function describePart(post: VideoPost, file: VideoFile) {
  const next = replacementOf(post, file.fileIndex);
  return {
    ...describeFile(file),
    images: describeImages(post, file),
    replacement: next === null ? null : describeReplacement(next),
  };
}

/** The source in progress. The rest of its part describes what plays. */
function describeReplacement({ fileName, fileSize, durationSeconds, ...file }: VideoFile) {
  const { transferResult, encryptStatus, failCode, failReason, warnings, createdAt: requestedAt } = file;
  const state = { transferResult, encryptStatus, failCode, failReason };
  return { fileName, fileSize, durationSeconds, ...state, warnings, requestedAt };
}

function describeFile(file: VideoFile) {
  const shown = file.playing ?? file.clear;
  return {
    fileIndex: file.fileIndex,
    position: file.position,
    fileName: file.fileName,
    fileSize: file.fileSize,
    durationSeconds: file.durationSeconds,
    transferResult: file.transferResult,
    encryptStatus: file.encryptStatus,
    keyVersion: file.playing?.keyVersion ?? null,
    migration: rekeyState(file),
    failCode: file.failCode,
    failReason: file.failReason,
    warnings: file.warnings,
    ...describeTexts(file),
    probe: file.probe,
    variants: shown === null ? [] : variantsOf(file, shown.transcodeJobId),
    qualityAuth: file.qualityAuth,
  };
}
