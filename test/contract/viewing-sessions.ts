import { consumeVideoHlsKeyToken } from "../../shared/application/commands/consume-video-hls-key-token.ts";
import { refreshPlaySession } from "../../shared/application/commands/refresh-play-session.ts";
import type { TokenRow } from "../../shared/application/ports/token-store.ts";
import type { VideoPost } from "../../shared/domain/video-post.ts";
import { fromWire, type PlaybackClaims } from "../../shared/playback-token/claims.ts";
import { createTokenSigner } from "../../shared/playback-token/token-signer.ts";
import type { TestPersistence } from "./persistence.ts";
import { LADDER, NOW, onlyPart, vault } from "./steps.ts";

/* What viewers do to the tables of tokens and sessions, by the commands that the Worker does it with. */

export const SESSION_MS = 3_600_000;
export const START_BEFORE = NOW + 600_000;
const LONGEST_SECONDS = 24 * 3600;

const signer = createTokenSigner("play+jwt", [{ id: "t1", bytes: new Uint8Array(32).fill(1) }]);

/** A token of viewer-1 for the part of `post`, with whatever else it shall be. */
export function tokenRow(post: VideoPost, tokenId: string, more: Partial<TokenRow> = {}): TokenRow {
  return {
    tokenId,
    fileId: onlyPart(post).id,
    keyVersion: 1,
    allowedQualities: LADDER,
    viewer: "viewer-1",
    maxUses: null,
    sessionLimit: null,
    startBefore: START_BEFORE,
    deleteAfter: NOW + SESSION_MS,
    ...more,
  };
}

export async function issueTo(
  { tokens }: TestPersistence,
  post: VideoPost,
  tokenId: string,
  more: Partial<TokenRow> = {},
) {
  if (!(await tokens.issue(tokenRow(post, tokenId, more), NOW))) throw new Error("the token was not issued");
}

/** A session of a token with a limit, which began at NOW. */
export function sessionOf(
  post: VideoPost,
  tokenId: string,
  sessionId: string,
  more: Partial<PlaybackClaims> = {},
): PlaybackClaims {
  return {
    kind: "session",
    tokenId,
    sessionId,
    videoPostId: post.id,
    fileIndex: 0,
    keyVersion: 1,
    objectPath: "a-film/",
    qualities: LADDER,
    hasRow: true,
    limited: true,
    sessionSeconds: SESSION_MS / 1000,
    issuedAt: NOW / 1000,
    expiresAt: (NOW + SESSION_MS) / 1000,
    startedAt: NOW / 1000,
    binding: null,
    ...more,
  };
}

/** "key", or the reason of the refusal. */
export async function askKey(persistence: TestPersistence, post: VideoPost, claims: PlaybackClaims, now = NOW) {
  const { keyId } = onlyPart(post).keys.find((key) => key.quality === "1080p")!;
  const deps = { tokens: persistence.tokens, vault };
  const outcome = await consumeVideoHlsKeyToken(deps, claims, { keyId, quality: "1080p" }, now);
  return outcome.kind === "key" ? "key" : outcome.reason;
}

/** The claims of the refreshed token, or the reason of the refusal. */
export async function refresh(
  { sessions }: TestPersistence,
  claims: PlaybackClaims,
  now: number,
  longest = LONGEST_SECONDS,
) {
  const outcome = await refreshPlaySession({ sessions, signer }, claims, longest, now);
  if (outcome.kind === "refused") return outcome.reason;
  const verified = await signer.verify(outcome.token, now / 1000);
  const refreshed = verified.kind === "valid" ? fromWire(verified.payload) : null;
  if (refreshed === null) throw new Error("the refreshed token does not verify");
  return refreshed;
}
