import type { PlaybackClaims } from "../../../shared/playback-token/claims.ts";
import { toWire } from "../../../shared/playback-token/claims.ts";
import type { Execution } from "../../api/route.ts";
import type { Context } from "../../context.ts";
import { type Refusal, refused } from "../../http/refusal.ts";
import { readToken } from "../../playback/read-token.ts";
import { isElsewhere } from "../../playback/session-binding.ts";
import { type IssueDeps, issueTokenFor } from "../../routes/playback/issue-token.ts";
import { clearRefusal } from "./clear-refusal.ts";
import type { ClearStates } from "./clear-states.ts";
import { clearClaims } from "./clear-token.ts";
import type { ProxiedPart } from "./proxied-parts.ts";

/** What a request to the proxy may play. */
export type ProxyAccess = {
  readonly kind: "encrypted" | "clear";
  readonly claims: PlaybackClaims;
  readonly token: string;
};

type Asked = {
  readonly part: ProxiedPart;
  readonly token: string | undefined;
  readonly request: Request;
  readonly execution: Execution;
};

/** Of the Context. */
export type AccessDeps = IssueDeps & Pick<Context, "clearTokens">;

/** A token of either kind, or that of an anonymous viewer where the request brings none. */
export async function proxyAccess(deps: AccessDeps, states: ClearStates, asked: Asked): Promise<ProxyAccess | Refusal> {
  if (asked.token === undefined) return anonymousAccess(deps, states, asked);
  const at = deps.now();
  const read = await readToken(deps.playbackTokens, asked.token, at);
  if (read.kind === "claims") {
    return isFor(read.claims, asked.part) ? { ...read, kind: "encrypted" } : refused("token-for-other-video");
  }
  if (read.code !== "token-invalid") return refused(read.code);
  const clear = await readToken(deps.clearTokens, asked.token, at);
  if (clear.kind === "refused") return refused(clear.code);
  if (!isFor(clear.claims, asked.part)) return refused("token-for-other-video");
  return (await clearTokenRefusal(deps, clear.claims, asked)) ?? { ...clear, kind: "clear" };
}

function isFor({ videoPostId, fileIndex }: PlaybackClaims, part: ProxiedPart): boolean {
  return videoPostId === part.videoPostId && fileIndex === part.fileIndex;
}

/** What the key endpoint asks of a token: clear renditions have no keys, so their playlists ask it. */
async function clearTokenRefusal(
  { gate, settings }: Pick<AccessDeps, "gate" | "settings">,
  claims: PlaybackClaims,
  { request, execution }: Asked,
): Promise<Refusal | null> {
  if (isElsewhere(settings.SESSION_BINDING, claims, request)) return refused("session-elsewhere");
  const later = (work: Promise<unknown>) => execution.waitUntil(work);
  const known = await gate.part(claims, later);
  if (known === "away") return refused("unavailable");
  const revoked = await gate.isRevoked(claims, later);
  if (revoked !== false) return refused(revoked === "away" ? "unavailable" : "token-revoked");
  if (known.part === null || known.part.isRemoved) return refused("superseded", "request a new token");
  return known.part.postStatus === "DELETED" ? refused("deleted") : null;
}

async function anonymousAccess(
  deps: AccessDeps,
  states: ClearStates,
  { part, execution }: Asked,
): Promise<ProxyAccess | Refusal> {
  const startSeconds = deps.settings.TOKEN_START_SECONDS;
  const nobody = { viewerId: null, apiKeyId: null, startSeconds };
  // Nothing was accepted that could be revoked.
  const viewer = { viewer: { kind: "anonymous" }, acceptedAt: Number.POSITIVE_INFINITY } as const;
  const issued = await issueTokenFor(deps, { ...part, ...nobody, ...viewer }, execution);
  if (issued.kind === "answer") {
    const read = await readToken(deps.playbackTokens, issued.body.token, deps.now());
    if (read.kind === "refused") throw new Error("a token of this isolate does not verify");
    return { ...read, kind: "encrypted" };
  }
  if (issued.code !== "not-found" && issued.code !== "not-ready") return issued;
  const { playback, postVersion, isOpen, isPublic } = await states.of(part);
  if (playback.kind !== "clear") return isOpen || playback.kind === "deleted" ? clearRefusal(playback.kind) : issued;
  if (!isOpen) return issued;
  if (deps.settings.ALLOW_CLEAR_PLAYBACK !== "enabled" || !isPublic) {
    return playback.reason === "encryption-failed" ? refused("wrong-state", FAILED) : refused("not-ready");
  }
  const known = await deps.gate.part(part, (work) => execution.waitUntil(work));
  if (known === "away") return refused("unavailable");
  const { feedPosition } = known;
  const claims = clearClaims(
    { ...part, ...nobody, feedPosition, postVersion },
    playback,
    deps.sessionRules,
    deps.now(),
  );
  if (claims === null) return refused("nothing-allowed");
  return { kind: "clear", claims, token: await deps.clearTokens.sign(toWire(claims)) };
}

const FAILED = "The encryption of this video failed. Retry the job.";
