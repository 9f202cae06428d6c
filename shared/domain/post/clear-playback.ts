import { isCancelled, type VideoFile, variantsOf } from "../part/video-file.ts";
import { type DefaultPolicyRule, defaultQualityAuth, type QualityPolicy } from "../quality/quality-auth.ts";
import type { AbrVariant } from "../quality/rendition.ts";
import type { VideoPost } from "./video-post.ts";

/** Clear renditions that stand in for a part until its first encryption, or because that failed. */
export type ClearRenditions = {
  readonly prefix: string;
  readonly transcodeJobId: string;
  readonly variants: readonly AbrVariant[];
  readonly durationSeconds: number;
  readonly reason: ClearReason;
};

export type ClearReason = "not-encrypted-yet" | "encryption-failed";

/** What of a part could play without encryption. */
export type ClearPlayback =
  | ({ readonly kind: "clear" } & ClearRenditions)
  | { readonly kind: "encrypted" | "waiting" | "failed" | "cancelled" | "not-found" | "deleted" };

/** Of the present version: a replacement never plays in the clear beside what it will replace. */
export function clearPlayback(post: VideoPost | null, fileIndex: number): ClearPlayback {
  if (post === null) return { kind: "not-found" };
  if (post.deletedAt !== null) return { kind: "deleted" };
  const file = post.files.find((part) => part.fileIndex === fileIndex);
  if (file === undefined) return { kind: "not-found" };
  if (file.playing !== null) return { kind: "encrypted" };
  if (isCancelled(file)) return { kind: "cancelled" };
  return clearRenditions(file) ?? { kind: file.transferResult === "FAILED" ? "failed" : "waiting" };
}

function clearRenditions(file: VideoFile): ClearPlayback | null {
  if (file.clear === null || file.transferResult !== "SUCCESS") return null;
  const reason = file.encryptStatus === "FAILED" ? "encryption-failed" : "not-encrypted-yet";
  const variants = variantsOf(file, file.clear.transcodeJobId);
  return { kind: "clear", ...file.clear, variants, durationSeconds: file.durationSeconds ?? 0, reason };
}

/** Whether the post needs no review by a person before it is public. */
export function isOpen({ audit, publishedAt, autoPublish }: VideoPost): boolean {
  return audit?.result !== "REJECTED" && (publishedAt !== null || autoPublish);
}

/** Whether anybody may watch every quality of these renditions. Before the first key, the default policies count. */
export function isPublic(
  post: VideoPost,
  fileIndex: number,
  { variants }: ClearRenditions,
  rule: DefaultPolicyRule,
): boolean {
  const file = post.files.find((part) => part.fileIndex === fileIndex);
  const policyOf = ({ quality }: AbrVariant): QualityPolicy | undefined => {
    const known = file?.qualityAuth.find((auth) => auth.quality === quality)?.policy;
    return known ?? (post.access === "PUBLIC" ? "PUBLIC" : defaultQualityAuth(quality, rule).policy);
  };
  return isOpen(post) && variants.length > 0 && variants.every((variant) => policyOf(variant) === "PUBLIC");
}
