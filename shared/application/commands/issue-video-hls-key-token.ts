import { QUALITIES, type Quality } from "../../domain/quality.ts";
import { mayWatch, type QualityAuth, type Viewer } from "../../domain/quality-auth.ts";
import { secretId } from "../../lib/random-id.ts";
import { type PlaybackClaims, toWire } from "../../playback-token/claims.ts";
import type { TokenSigner } from "../../playback-token/token-signer.ts";
import type { PlayablePart, TokenRow, TokenStore } from "../ports.ts";

export type IssueRequest = {
  readonly videoPostId: string;
  readonly fileIndex: number;
  readonly viewer: Viewer;
  /** For whom a site asks; such a token has a row, so that it can be revoked with that viewer's others. */
  readonly issuedTo?: string | undefined;
  /** Narrows what the viewer may see; never widens it. */
  readonly qualities?: readonly Quality[] | undefined;
  /** Play sessions that the token may start; absent for no limit. */
  readonly maxUses?: number | undefined;
  /** Seconds in which it may start sessions. */
  readonly startSeconds: number;
};

export type IssueOutcome =
  | {
      readonly kind: "issued";
      readonly token: string;
      readonly expiresAt: number;
      readonly qualities: readonly Quality[];
    }
  | { readonly kind: "not-found" | "not-ready" | "deleted" | "nothing-allowed" };

/** A session lives for twice the duration, so that pauses fit in, within these bounds. Seconds. */
const SHORTEST_SESSION = 3600;
const LONGEST_SESSION = 24 * 3600;

/** The policies, applied to the viewer. A token that everybody could have gets no row (design, section 5). */
export async function issueVideoHlsKeyToken(
  deps: { readonly tokens: TokenStore; readonly signer: TokenSigner },
  request: IssueRequest,
  now: number,
): Promise<IssueOutcome> {
  const part = await deps.tokens.findPlayablePart(request.videoPostId, request.fileIndex);
  const refusal = refuse(part, request.viewer);
  if (refusal !== null) return { kind: refusal };
  const { playing } = part as PlayablePart & { playing: NonNullable<PlayablePart["playing"]> };
  const allowed = allowedQualities((part as PlayablePart).qualityAuth, request);
  if (allowed.length === 0) return { kind: "nothing-allowed" };
  const claims = issuedClaims(request, part as PlayablePart, playing, allowed, now);
  const qualities = allowed.map((auth) => auth.quality);
  if (claims.hasRow && !(await deps.tokens.issue(rowOf(claims, qualities, part as PlayablePart, request), now))) {
    return { kind: "not-ready" };
  }
  const token = await deps.signer.sign(toWire(claims));
  return { kind: "issued", token, expiresAt: claims.expiresAt, qualities };
}

function refuse(part: PlayablePart | null, viewer: Viewer): "not-found" | "not-ready" | "deleted" | null {
  if (part === null) return "not-found";
  if (part.postStatus === "DELETED") return "deleted";
  if (part.postStatus !== "PUBLISHED" && viewer.kind !== "administrator") return "not-found";
  // Keys that play have policies: where there are none, what played was revoked and waits for its rotation.
  return part.playing === null || part.qualityAuth.length === 0 ? "not-ready" : null;
}

function allowedQualities(policies: readonly QualityAuth[], request: IssueRequest): QualityAuth[] {
  const asked = (quality: Quality) => request.qualities === undefined || request.qualities.includes(quality);
  return policies
    .filter((auth) => asked(auth.quality) && mayWatch(auth, request.viewer))
    .sort((a, b) => QUALITIES.indexOf(a.quality) - QUALITIES.indexOf(b.quality));
}

function issuedClaims(
  request: IssueRequest,
  part: PlayablePart,
  playing: NonNullable<PlayablePart["playing"]>,
  allowed: readonly QualityAuth[],
  now: number,
): PlaybackClaims {
  const issuedAt = Math.floor(now / 1000);
  const tokenId = secretId();
  const everybodys =
    request.maxUses === undefined &&
    request.issuedTo === undefined &&
    allowed.every((auth) => auth.policy === "PUBLIC");
  const sessionSeconds = Math.ceil(
    Math.min(LONGEST_SESSION, Math.max(SHORTEST_SESSION, 2 * (part.durationSeconds ?? 0))),
  );
  return {
    kind: "issued",
    tokenId,
    sessionId: tokenId,
    videoPostId: request.videoPostId,
    fileIndex: request.fileIndex,
    keyVersion: playing.keyVersion,
    objectPath: playing.prefix,
    qualities: allowed.map((auth) => auth.quality),
    hasRow: !everybodys,
    sessionSeconds,
    issuedAt,
    expiresAt: issuedAt + request.startSeconds,
  };
}

function rowOf(
  claims: PlaybackClaims,
  allowedQualities: readonly Quality[],
  part: PlayablePart,
  request: IssueRequest,
): TokenRow {
  return {
    tokenId: claims.tokenId,
    fileId: part.fileId,
    keyVersion: claims.keyVersion,
    allowedQualities,
    viewer: request.issuedTo ?? (request.viewer.kind === "anonymous" ? null : request.viewer.id),
    maxUses: request.maxUses ?? null,
    startBefore: claims.expiresAt * 1000,
    deleteAfter: (claims.expiresAt + claims.sessionSeconds) * 1000,
  };
}
