import { type SessionLimit, type SessionRules, sessionSeconds } from "../../domain/access/play-session.ts";
import { QUALITIES, type Quality } from "../../domain/quality/quality.ts";
import { mayWatch, type QualityAuth, type Viewer } from "../../domain/quality/quality-auth.ts";
import { secretId } from "../../lib/random-id.ts";
import { type PlaybackClaims, toWire } from "../../playback-token/claims.ts";
import type { TokenSigner } from "../../playback-token/token-signer.ts";
import type { StoredPart } from "../ports/gate-readings.ts";

export type IssueRequest = {
  readonly videoPostId: string;
  readonly fileIndex: number;
  readonly viewer: Viewer;
  /** What revocations and limits of the viewer go by; null for nobody in particular. */
  readonly viewerId: string | null;
  /** The API key that issues it, where one does. */
  readonly apiKeyId: string | null;
  /** Narrows what the viewer may see and never widens it. */
  readonly qualities?: readonly Quality[] | undefined;
  /** Play sessions that the token may start; absent for no limit. */
  readonly maxUses?: number | undefined;
  /** Sessions that the viewer may have at the same time; null for any number, absent for what the rules say. */
  readonly sessionLimit?: SessionLimit | null | undefined;
  /** Seconds in which the token may start sessions. */
  readonly startSeconds: number;
};

export type IssueOutcome =
  | {
      readonly kind: "issued";
      readonly token: string;
      readonly tokenId: string;
      /** Milliseconds since the epoch. */
      readonly expiresAt: number;
      readonly qualities: readonly Quality[];
      /** Qualities of the part that the token does not allow, best first. */
      readonly lockedQualities: readonly Quality[];
    }
  | { readonly kind: Refused }
  /** An imported part without its own keys: not requested yet, or its re-key failed. */
  | { readonly kind: NotRekeyed };

type Refused = "not-found" | "not-ready" | "deleted" | "nothing-allowed";
type NotRekeyed = "rekey-required" | "rekey-failed";

/** The part as it is known, and the position of the revocation feed up to which it is. */
export type KnownPart = { readonly part: StoredPart | null; readonly feedPosition: number };

/** The policies, applied to the viewer. Nothing is written: the token says everything (docs/playback-tokens.md). */
export async function issueVideoHlsKeyToken(
  deps: { readonly signer: TokenSigner; readonly sessionRules: SessionRules },
  { part, feedPosition }: KnownPart,
  request: IssueRequest,
  now: number,
): Promise<IssueOutcome> {
  const playable = playableBy(request.viewer, part);
  if (typeof playable === "string") return { kind: playable };
  const policies = playingPolicies(playable);
  const allowed = allowedQualities(policies, request);
  if (allowed.length === 0) return { kind: "nothing-allowed" };
  const claims = issuedClaims(request, playable, feedPosition, allowed, deps.sessionRules, now);
  const token = await deps.signer.sign(toWire(claims));
  const qualities = allowed.map(({ quality }) => quality);
  const lockedQualities = policies.map(({ quality }) => quality).filter((quality) => !qualities.includes(quality));
  const { tokenId, expiresAt } = claims;
  return { kind: "issued", token, tokenId, expiresAt: expiresAt * 1000, qualities, lockedQualities };
}

type PlayablePart = StoredPart & { readonly playing: NonNullable<StoredPart["playing"]> };

/** The part, or why it does not play to this viewer whatever its policies are. */
function playableBy(viewer: Viewer, part: StoredPart | null): PlayablePart | Refused | NotRekeyed {
  if (part === null) return "not-found";
  if (part.postStatus === "DELETED") return "deleted";
  if (part.isRemoved) return "not-found";
  if (part.postStatus !== "PUBLISHED" && viewer.kind !== "administrator") return "not-found";
  if (part.migration !== null) return part.migration === "waiting" ? "rekey-required" : "rekey-failed";
  // Without active keys, what played was revoked and waits for its rotation.
  const { playing } = part;
  return playing === null || playingPolicies(part).length === 0 ? "not-ready" : { ...part, playing };
}

/** Policies of the qualities whose keys play, best first. */
function playingPolicies({ playing, keys, policies }: StoredPart): readonly QualityAuth[] {
  const plays = (quality: Quality) =>
    keys.some((key) => key.quality === quality && key.keyVersion === playing?.keyVersion && key.status === "ACTIVE");
  return policies
    .filter(({ quality }) => plays(quality))
    .sort((a, b) => QUALITIES.indexOf(a.quality) - QUALITIES.indexOf(b.quality));
}

function allowedQualities(policies: readonly QualityAuth[], request: IssueRequest): QualityAuth[] {
  const asked = (quality: Quality) => request.qualities === undefined || request.qualities.includes(quality);
  return policies.filter((auth) => asked(auth.quality) && mayWatch(auth, request.viewer));
}

function issuedClaims(
  request: IssueRequest,
  part: PlayablePart,
  feedPosition: number,
  allowed: readonly QualityAuth[],
  rules: SessionRules,
  now: number,
): PlaybackClaims {
  const issuedAt = Math.floor(now / 1000);
  const expiresAt = issuedAt + request.startSeconds;
  const tokenId = secretId();
  return {
    kind: "issued",
    tokenId,
    sessionId: tokenId,
    videoPostId: request.videoPostId,
    fileIndex: request.fileIndex,
    keyVersion: part.playing.keyVersion,
    objectPath: part.playing.prefix,
    qualities: allowed.map((auth) => auth.quality),
    feedPosition,
    postVersion: part.postVersion,
    viewerId: request.viewerId,
    apiKeyId: request.apiKeyId,
    maxUses: request.maxUses ?? null,
    sessionLimit: request.viewerId === null ? null : sessionLimit(request, allowed, rules),
    sessionSeconds: sessionSeconds(part.durationSeconds ?? 0, rules),
    issuedAt,
    expiresAt,
    startedAt: issuedAt,
    origin: { issuedAt, expiresAt },
    binding: null,
  };
}

/** What anybody could watch without a name is limited only where its issuer asks for it. */
function sessionLimit(request: IssueRequest, allowed: readonly QualityAuth[], rules: SessionRules) {
  if (request.sessionLimit !== undefined) return request.sessionLimit;
  return allowed.every(({ policy }) => policy === "PUBLIC") ? null : rules.limit;
}
