import { type SessionRules, sessionSeconds } from "../../../shared/domain/access/play-session.ts";
import type { ClearRenditions } from "../../../shared/domain/post/clear-playback.ts";
import { QUALITIES, type Quality } from "../../../shared/domain/quality/quality.ts";
import { secretId } from "../../../shared/lib/random-id.ts";
import type { PlaybackClaims } from "../../../shared/playback-token/claims.ts";
import type { ProxiedPart } from "./proxied-parts.ts";

export type ClearRequest = ProxiedPart & {
  readonly viewerId: string | null;
  readonly apiKeyId: string | null;
  /** Narrows the ladder. */
  readonly qualities?: readonly Quality[] | undefined;
  readonly startSeconds: number;
  /** The requester was not revoked up to this position of the feed. */
  readonly feedPosition: number;
  readonly postVersion: number;
};

/** Claims of clear renditions; null where they have none of the requested qualities. */
export function clearClaims(
  request: ClearRequest,
  { prefix, variants, durationSeconds }: ClearRenditions,
  rules: SessionRules,
  now: number,
): PlaybackClaims | null {
  const made = variants.map(({ quality }) => quality);
  const qualities = QUALITIES.filter((one) => made.includes(one) && (request.qualities?.includes(one) ?? true));
  if (qualities.length === 0) return null;
  const issuedAt = Math.floor(now / 1000);
  const expiresAt = issuedAt + request.startSeconds;
  const tokenId = secretId();
  return {
    kind: "issued",
    tokenId,
    sessionId: tokenId,
    videoPostId: request.videoPostId,
    fileIndex: request.fileIndex,
    keyVersion: 0,
    objectPath: prefix,
    qualities,
    feedPosition: request.feedPosition,
    postVersion: request.postVersion,
    viewerId: request.viewerId,
    apiKeyId: request.apiKeyId,
    maxUses: null,
    sessionLimit: null,
    sessionSeconds: sessionSeconds(durationSeconds, rules),
    issuedAt,
    expiresAt,
    startedAt: issuedAt,
    origin: { issuedAt, expiresAt },
    binding: null,
  };
}
