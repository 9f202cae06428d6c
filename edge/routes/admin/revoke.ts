import { revokeVideoHlsKeys } from "../../../shared/application/commands/revoke-content-keys.ts";
import type { FeedSubject, RevocationKind } from "../../../shared/application/ports/revocation-feed.ts";
import { fromWire } from "../../../shared/playback-token/claims.ts";
import { CLOCK_SKEW_SECONDS } from "../../../shared/playback-token/token-signer.ts";
import { answer } from "../../api/answer.ts";
import * as define from "../../api/definitions/admin/tokens.ts";
import { type Route, route } from "../../api/route.ts";
import type { Context } from "../../context.ts";
import { partSubject } from "../../gate/revocation-feed.ts";
import { commandRefusal } from "../../http/command-refusal.ts";
import { type Refusal, refused } from "../../http/refusal.ts";

type Deps = Pick<
  Context,
  "posts" | "revocations" | "gateReadings" | "gate" | "viewerIds" | "playbackTokens" | "settings" | "now"
>;
type KeyVersion = Extract<define.RevokeTarget, { keyVersion: number }>;
type TokenTarget = Exclude<define.RevokeTarget, { keyVersion: number }>;

/** Live revocations: what every isolate may have to hold in memory. */
const MOST_REVOCATIONS = 50_000;
/** A token may start sessions for up to 7 days. */
const LONGEST_START_SECONDS = 7 * 24 * 3600;
/** Tokens carry the session length that was set when they were issued, which may have been longer than it is now. */
const LONGEST_SESSION_SECONDS = 24 * 3600;

/**
 * `POST /admin/video/enc/revoke`. Every key request that begins `effectiveWithinSeconds` after the answer is refused;
 * players keep the keys that they hold in memory.
 */
export const revokeRoutes: readonly Route<Deps>[] = [
  route(define.revoke, {
    asked: ({ body }) => askedFor(body),
    handle: async (deps: Deps, { body, caller }) =>
      "keyVersion" in body ? revokeVersion(deps, body, caller.id) : revokeTokens(deps, body),
  }),
];

function askedFor(target: define.RevokeTarget) {
  const { tokenId, viewer, apiKeyId, keyVersion, videoPostId, fileIndex } = target as Record<string, unknown> & {
    readonly videoPostId?: string;
    readonly fileIndex?: number;
  };
  return { videoPostId, fileIndex, details: { tokenId, viewer, apiKeyId, keyVersion } };
}

async function revokeVersion({ posts, settings, now }: Deps, target: KeyVersion, by: string) {
  const outcome = await revokeVideoHlsKeys(posts, target, by, now());
  if (outcome.kind !== "done") return commandRefusal(outcome);
  const { stopsPlayback } = outcome.value;
  const effectiveWithinSeconds = settings.GATE_FRESH_SECONDS;
  const note = "this version is playing: rotate the part (/admin/video/enc/rotate) to make it playable again";
  const body = { ...outcome.value, effectiveWithinSeconds, ...(stopsPlayback ? { note } : {}) };
  return answer(200, body, { details: outcome.value });
}

async function revokeTokens(deps: Deps, target: TokenTarget) {
  const { revocations, gate, settings, now } = deps;
  const selected = await subjectOf(deps, target);
  if (selected.kind === "refused") return selected;
  const { subject, part } = selected;
  const at = now();
  const expiresAt = at + lifetimeSeconds(settings) * 1000;
  const sequence = await revocations.revoke(subject, { now: at, expiresAt }, MOST_REVOCATIONS);
  if (sequence === "full") {
    const advice = "revoke the part, or rotate it and revoke its key version";
    return refused("wrong-state", `${MOST_REVOCATIONS} revocations are in effect: ${advice}`);
  }
  // This isolate knows it from the answer on, and issues tokens that come after it.
  await gate.feed.catchUp();
  const tokenId = subject.kind === "token" ? subject.subject : undefined;
  const body = { sequence, effectiveWithinSeconds: settings.GATE_FRESH_SECONDS };
  return answer(200, body, { ...part, details: { sequence, tokenId } });
}

/**
 * By then no token is valid that the revocation refuses. An isolate that does not reach the database issues such tokens
 * for as long as it uses what it knew.
 */
function lifetimeSeconds({
  GATE_FRESH_SECONDS,
  GATE_STALE_SECONDS,
  SESSION_LONGEST_SECONDS,
}: Deps["settings"]): number {
  const issuedUntil = Math.max(GATE_FRESH_SECONDS, GATE_STALE_SECONDS);
  const session = Math.max(LONGEST_SESSION_SECONDS, SESSION_LONGEST_SECONDS);
  return issuedUntil + LONGEST_START_SECONDS + session + 2 * CLOCK_SKEW_SECONDS;
}

type Selected = {
  readonly kind: "selected";
  readonly subject: FeedSubject<RevocationKind>;
  /** Of a token that names its part. */
  readonly part?: { readonly videoPostId: string; readonly fileIndex: number };
};

async function subjectOf(
  { gateReadings, viewerIds, playbackTokens }: Deps,
  target: TokenTarget,
): Promise<Selected | Refusal<"not-found" | "invalid">> {
  if ("tokenId" in target) return selected({ kind: "token", subject: target.tokenId });
  if ("viewer" in target) return selected({ kind: "viewer", subject: await viewerIds.of(target.viewer) });
  if ("apiKeyId" in target) return selected({ kind: "api-key", subject: target.apiKeyId });
  if ("token" in target) return tokenNamedBy(playbackTokens, target.token);
  const { part } = await gateReadings.readPart(target.videoPostId, target.fileIndex);
  return part === null ? refused("not-found") : selected({ kind: "part", subject: partSubject(target) });
}

function selected(subject: FeedSubject<RevocationKind>): Selected {
  return { kind: "selected", subject };
}

async function tokenNamedBy(
  playbackTokens: Deps["playbackTokens"],
  token: string,
): Promise<Selected | Refusal<"invalid">> {
  // The sessions of a token outlive it.
  const verified = await playbackTokens.verify(token, "ignore-expiry");
  const claims = verified.kind === "valid" ? fromWire(verified.payload) : null;
  if (claims === null) return refused("invalid", "token: not issued here, or signed with a key that was removed");
  const { tokenId, videoPostId, fileIndex } = claims;
  return { kind: "selected", subject: { kind: "token", subject: tokenId }, part: { videoPostId, fileIndex } };
}
