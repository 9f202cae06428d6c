import { encoderJobName } from "../../shared/domain/encoder/encoder-job.ts";
import { imageUrl } from "../../shared/domain/part/image-address.ts";
import { publicPoster } from "../../shared/domain/part/shown-images.ts";
import { partState, type VideoFile, variantsOf } from "../../shared/domain/part/video-file.ts";
import { type ClearReason, clearPlayback, isPublic } from "../../shared/domain/post/clear-playback.ts";
import { rekeyState } from "../../shared/domain/post/imported-post.ts";
import type { ResourceType, VideoPost } from "../../shared/domain/post/video-post.ts";
import { QUALITIES, type Quality } from "../../shared/domain/quality/quality.ts";
import type { DefaultPolicyRule, QualityPolicy } from "../../shared/domain/quality/quality-auth.ts";
import type { AbrVariant } from "../../shared/domain/quality/rendition.ts";

/** One quality as the page shows it: measured facts and the policy, never a path or a key. */
export type RungView = {
  readonly quality: Quality;
  readonly width: number | null;
  readonly height: number | null;
  /** Frames per second; null for audio. */
  readonly frameRate: number | null;
  /** Bits per second. */
  readonly averageBandwidth: number;
  readonly peakBandwidth: number;
  readonly policy: QualityPolicy;
  readonly entitlement: string | null;
};

export type PartView = { readonly fileIndex: number; readonly name: string; readonly current: boolean };

export type WaitingFor = "request" | "upload" | "transcoding" | "encryption" | "other-parts" | "review";

/** What anybody may see of a part. `title` is null while it is not public. */
export type WatchView =
  | { readonly kind: "unknown" }
  | { readonly kind: "deleted" }
  | { readonly kind: "failed"; readonly title: string | null }
  | { readonly kind: "cancelled"; readonly title: string | null }
  | {
      readonly kind: "waiting";
      readonly title: string | null;
      readonly fileId: string;
      readonly waitingFor: WaitingFor;
    }
  | {
      readonly kind: "playable";
      readonly title: string;
      readonly description: string;
      readonly resourceType: ResourceType;
      readonly durationSeconds: number | null;
      readonly parts: readonly PartView[];
      /** Null unless every quality is public. */
      readonly posterUrl: string | null;
      /** Best first. */
      readonly rungs: readonly RungView[];
      /** What plays where nothing is encrypted; null for encrypted content. */
      readonly clear: ClearView | null;
    };

export type ClearView = { readonly jobName: string; readonly reason: ClearReason };

/** `clearRule`: the default policies where clear renditions may play; null where they may not. */
export function watchView(
  post: VideoPost | null,
  fileIndex: number,
  clearRule: DefaultPolicyRule | null = null,
): WatchView {
  if (post === null || post.audit?.result === "REJECTED") return { kind: "unknown" };
  if (post.status === "DELETED") return { kind: "deleted" };
  const file = post.files.find((part) => part.fileIndex === fileIndex);
  if (file === undefined) return { kind: "unknown" };
  // The title is not public until the post is approved.
  const title = post.autoPublish || post.audit?.result === "PASSED" ? post.title : null;
  const clear = clearRule === null ? null : openClearView(post, file, clearRule);
  if (clear !== null) return clear;
  const stopped = stoppedState(post, file);
  if (stopped !== null) return { kind: stopped, title };
  if (post.publishedAt === null || file.playing === null) {
    return { kind: "waiting", title, fileId: file.id, waitingFor: waitingFor(post, file) };
  }
  return { ...playableView(post, file), rungs: rungViews(file, file.playing.transcodeJobId), clear: null };
}

function playableView(post: VideoPost, file: VideoFile) {
  return {
    kind: "playable",
    title: post.title,
    description: post.description,
    resourceType: post.resourceType,
    durationSeconds: file.durationSeconds,
    parts: partViews(post, file.fileIndex),
    posterUrl: posterUrlOf(post, file),
  } as const;
}

function posterUrlOf(post: VideoPost, file: VideoFile): string | null {
  const poster = publicPoster(post, file);
  return poster === null ? null : imageUrl(post.id, file.fileIndex, poster);
}

/** Clear renditions that anybody may watch; null where there are none. */
function openClearView(post: VideoPost, file: VideoFile, rule: DefaultPolicyRule): WatchView | null {
  const playback = clearPlayback(post, file.fileIndex);
  if (playback.kind !== "clear" || !isPublic(post, file.fileIndex, playback, rule)) return null;
  const { transcodeJobId, reason } = playback;
  // Before the first key, no policy is stored.
  const isForAll = { policy: "PUBLIC", entitlement: null } as const;
  const rungs = rungViews(file, transcodeJobId).map((rung): RungView => ({ ...rung, ...isForAll }));
  return { ...playableView(post, file), rungs, clear: { jobName: encoderJobName(transcodeJobId), reason } };
}

/** Each part of a published post counts alone; before publication one failed part stops all. */
function stoppedState(post: VideoPost, file: VideoFile): "failed" | "cancelled" | null {
  const migration = rekeyState(file);
  if (migration === "failed" || migration === "stopped") return migration === "failed" ? "failed" : "cancelled";
  const states = (post.publishedAt === null ? post.files : [file]).map(partState);
  if (states.includes("failed")) return "failed";
  return states.includes("cancelled") ? "cancelled" : null;
}

function waitingFor(post: VideoPost, file: VideoFile): WaitingFor {
  if (rekeyState(file) === "waiting") return post.publishedAt === null ? "review" : "request";
  if (rekeyState(file) === null && partState(file) === "ready") {
    return post.status === "PENDING_AUDIT" ? "review" : "other-parts";
  }
  if (file.transferResult === "SUCCESS") return "encryption";
  return file.updateType === "NO_UPDATE" ? "transcoding" : "upload";
}

/** Leaves out parts that were never encrypted: they are not in the library yet. */
function partViews(post: VideoPost, fileIndex: number): PartView[] {
  const ordered = [...post.files].sort((a, b) => a.position - b.position);
  return ordered.flatMap((part, index) => {
    const view = { fileIndex: part.fileIndex, name: `Part ${index + 1}`, current: part.fileIndex === fileIndex };
    return partState(part) === "ready" ? [view] : [];
  });
}

function rungViews(file: VideoFile, transcodeJobId: string): RungView[] {
  const best = (a: AbrVariant, b: AbrVariant) => QUALITIES.indexOf(a.quality) - QUALITIES.indexOf(b.quality);
  return [...variantsOf(file, transcodeJobId)].sort(best).map((variant) => {
    const auth = file.qualityAuth.find((policy) => policy.quality === variant.quality);
    return {
      quality: variant.quality,
      width: variant.width,
      height: variant.height,
      frameRate: variant.frameRate === null ? null : variant.frameRate.numerator / variant.frameRate.denominator,
      averageBandwidth: variant.averageBandwidth,
      peakBandwidth: variant.peakBandwidth,
      // No token allows a quality without a policy.
      policy: auth?.policy ?? "DENIED",
      entitlement: auth?.entitlement ?? null,
    };
  });
}
