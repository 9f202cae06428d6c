import { revokeVideoHlsKeys } from "../../../shared/application/commands/revoke-content-keys.ts";
import { revokeVideoHlsKeyTokens } from "../../../shared/application/commands/revoke-playback-tokens.ts";
import type { TokenSelection } from "../../../shared/application/ports/token-store.ts";
import { fromWire } from "../../../shared/playback-token/claims.ts";
import { answer } from "../../api/answer.ts";
import * as define from "../../api/definitions/tokens.ts";
import { type Route, route } from "../../api/route.ts";
import type { Context } from "../../context.ts";
import { commandRefusal } from "../../http/command-refusal.ts";
import { type Refusal, refused } from "../../http/refusal.ts";

type Deps = Pick<Context, "posts" | "tokens" | "playbackTokens" | "now">;
type KeyVersion = Extract<define.RevokeTarget, { keyVersion: number }>;
type TokenTarget = Exclude<define.RevokeTarget, { keyVersion: number }>;

/**
 * `POST /admin/video/enc/revoke`. The key endpoint refuses from the response on; a player keeps what it has in memory.
 */
export const revokeRoutes: readonly Route<Deps>[] = [
  route(define.revoke, {
    asked: ({ body }) => askedFor(body),
    handle: async (deps: Deps, { body }) =>
      "keyVersion" in body ? revokeVersion(deps, body) : revokeTokens(deps, body),
  }),
];

function askedFor(target: define.RevokeTarget) {
  const { tokenId, viewer, keyVersion, videoPostId, fileIndex } = target as Record<string, unknown> & {
    readonly videoPostId?: string;
    readonly fileIndex?: number;
  };
  return { videoPostId, fileIndex, details: { tokenId, viewer, keyVersion } };
}

async function revokeVersion({ posts, now }: Deps, target: KeyVersion) {
  const outcome = await revokeVideoHlsKeys(posts, target, now());
  if (outcome.kind !== "done") return commandRefusal(outcome);
  const { stopsPlayback } = outcome.value;
  const note = "this version is playing: rotate the part (/admin/video/enc/rotate) to make it playable again";
  return answer(200, { ...outcome.value, ...(stopsPlayback ? { note } : {}) }, { details: outcome.value });
}

async function revokeTokens(deps: Deps, target: TokenTarget) {
  const selected = await selectionOf(deps, target);
  if (selected.kind === "refused") return selected;
  const { selection, part } = selected;
  const revoked = await revokeVideoHlsKeyTokens(deps.tokens, selection);
  const tokenId = selection.kind === "token" ? selection.tokenId : undefined;
  return answer(200, revoked, { ...part, details: { ...revoked, tokenId } });
}

type Selected = {
  readonly kind: "selected";
  readonly selection: TokenSelection;
  /** For a token that names its part. */
  readonly part?: { readonly videoPostId: string; readonly fileIndex: number };
};

async function selectionOf(
  { tokens, playbackTokens }: Deps,
  target: TokenTarget,
): Promise<Selected | Refusal<"not-found" | "invalid" | "wrong-state">> {
  if ("tokenId" in target) return { kind: "selected", selection: { kind: "token", tokenId: target.tokenId } };
  if ("viewer" in target) return { kind: "selected", selection: { kind: "viewer", viewer: target.viewer } };
  if ("token" in target) return tokenNamedBy(playbackTokens, target.token);
  const found = await tokens.findPlayablePart(target.videoPostId, target.fileIndex);
  if (found === null) return refused("not-found");
  return { kind: "selected", selection: { kind: "file", fileId: found.fileId } };
}

async function tokenNamedBy(
  playbackTokens: Deps["playbackTokens"],
  token: string,
): Promise<Selected | Refusal<"invalid" | "wrong-state">> {
  // The sessions of a token outlive it.
  const verified = await playbackTokens.verify(token, "ignore-expiry");
  const claims = verified.kind === "valid" ? fromWire(verified.payload) : null;
  if (claims === null) return refused("invalid", "token: not issued here, or signed with a key that was removed");
  const { hasRow, tokenId, keyVersion, videoPostId, fileIndex } = claims;
  if (hasRow) return { kind: "selected", selection: { kind: "token", tokenId }, part: { videoPostId, fileIndex } };
  return refused("wrong-state", `public tokens cannot be revoked one by one: revoke key version ${keyVersion}`);
}
