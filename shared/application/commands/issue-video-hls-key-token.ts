import { type SessionLimit, type SessionRules, sessionSeconds } from "../../domain/play-session.ts";
import { QUALITIES, type Quality } from "../../domain/quality.ts";
import { mayWatch, type QualityAuth, type Viewer } from "../../domain/quality-auth.ts";
import { secretId } from "../../lib/random-id.ts";
import { type PlaybackClaims, toWire } from "../../playback-token/claims.ts";
import type { TokenSigner } from "../../playback-token/token-signer.ts";
import type { PlayablePart, TokenRow, TokenStore } from "../ports/token-store.ts";

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
  /** Sessions that `issuedTo` may have at the same time; null for any number, absent for what the rules say. */
  readonly sessionLimit?: SessionLimit | null | undefined;
  /** Seconds in which it may start sessions. */
  readonly startSeconds: number;
};

export type IssueOutcome =
  | {
      readonly kind: "issued";
      readonly token: string;
      /** What `revoke` takes; null for a token that has no row and is revoked with its key version. */
      readonly tokenId: string | null;
      readonly expiresAt: number;
      readonly qualities: readonly Quality[];
    }
  | { readonly kind: Refused }
  /** An imported part without keys of its own: nobody has asked for them yet, or they could not be made. */
  | { readonly kind: NotRekeyed };

type Refused = "not-found" | "not-ready" | "deleted" | "nothing-allowed";
type NotRekeyed = "rekey-required" | "rekey-failed";

/** The policies, applied to the viewer. A token that anybody could get at any time has no row (docs/playback-tokens.md). */
export async function issueVideoHlsKeyToken(
  deps: { readonly tokens: TokenStore; readonly signer: TokenSigner; readonly sessionRules: SessionRules },
  request: IssueRequest,
  now: number,
): Promise<IssueOutcome> {
  const part = await deps.tokens.findPlayablePart(request.videoPostId, request.fileIndex);
  const refusal = refuse(part, request.viewer);
  if (refusal !== null) return { kind: refusal };
  const { playing } = part as PlayablePart & { playing: NonNullable<PlayablePart["playing"]> };
  const allowed = allowedQualities((part as PlayablePart).qualityAuth, request);
  if (allowed.length === 0) return { kind: "nothing-allowed" };
  const terms = sessionTerms(request, part as PlayablePart, deps.sessionRules);
  const claims = issuedClaims(request, terms, playing, allowed, now);
  const qualities = allowed.map((auth) => auth.quality);
  const row = () => rowOf(claims, qualities, (part as PlayablePart).fileId, { ...request, limit: terms.limit });
  if (claims.hasRow && !(await deps.tokens.issue(row(), now))) return { kind: "not-ready" };
  const token = await deps.signer.sign(toWire(claims));
  const tokenId = claims.hasRow ? claims.tokenId : null;
  return { kind: "issued", token, tokenId, expiresAt: claims.expiresAt, qualities };
}

function refuse(part: PlayablePart | null, viewer: Viewer): Refused | NotRekeyed | null {
  if (part === null) return "not-found";
  if (part.postStatus === "DELETED") return "deleted";
  if (part.postStatus !== "PUBLISHED" && viewer.kind !== "administrator") return "not-found";
  if (part.migration !== null) return part.migration === "waiting" ? "rekey-required" : "rekey-failed";
  // Keys that play have policies: where there are none, what played was revoked and waits for its rotation.
  return part.playing === null || part.qualityAuth.length === 0 ? "not-ready" : null;
}

function allowedQualities(policies: readonly QualityAuth[], request: IssueRequest): QualityAuth[] {
  const asked = (quality: Quality) => request.qualities === undefined || request.qualities.includes(quality);
  return policies
    .filter((auth) => asked(auth.quality) && mayWatch(auth, request.viewer))
    .sort((a, b) => QUALITIES.indexOf(a.quality) - QUALITIES.indexOf(b.quality));
}

type SessionTerms = { readonly seconds: number; readonly limit: SessionLimit | null };

/** A limit is a viewer's, so it needs one: sites name theirs, and an administrator is nobody's viewer. */
function sessionTerms(request: IssueRequest, part: PlayablePart, rules: SessionRules): SessionTerms {
  const hasName = request.issuedTo !== undefined || request.viewer.kind === "viewer";
  const limit = request.sessionLimit === undefined ? rules.limit : request.sessionLimit;
  return { seconds: sessionSeconds(part.durationSeconds ?? 0, rules), limit: hasName ? limit : null };
}

function issuedClaims(
  request: IssueRequest,
  terms: SessionTerms,
  playing: NonNullable<PlayablePart["playing"]>,
  allowed: readonly QualityAuth[],
  now: number,
): PlaybackClaims {
  const issuedAt = Math.floor(now / 1000);
  const tokenId = secretId();
  const isPublic =
    request.maxUses === undefined &&
    request.issuedTo === undefined &&
    allowed.every((auth) => auth.policy === "PUBLIC");
  return {
    kind: "issued",
    tokenId,
    sessionId: tokenId,
    videoPostId: request.videoPostId,
    fileIndex: request.fileIndex,
    keyVersion: playing.keyVersion,
    objectPath: playing.prefix,
    qualities: allowed.map((auth) => auth.quality),
    hasRow: !isPublic,
    limited: !isPublic && terms.limit !== null,
    sessionSeconds: terms.seconds,
    issuedAt,
    expiresAt: issuedAt + request.startSeconds,
    startedAt: issuedAt,
    binding: null,
  };
}

function rowOf(
  claims: PlaybackClaims,
  allowedQualities: readonly Quality[],
  fileId: string,
  request: IssueRequest & { readonly limit: SessionLimit | null },
): TokenRow {
  return {
    tokenId: claims.tokenId,
    fileId,
    keyVersion: claims.keyVersion,
    allowedQualities,
    viewer: request.issuedTo ?? (request.viewer.kind === "anonymous" ? null : request.viewer.id),
    maxUses: request.maxUses ?? null,
    sessionLimit: request.limit,
    startBefore: claims.expiresAt * 1000,
    deleteAfter: (claims.expiresAt + claims.sessionSeconds) * 1000,
  };
}
