import type * as z from "zod";
import { fromWire, isCounted } from "../../../shared/playback-token/claims.ts";
import { answer } from "../../api/answer.ts";
import * as define from "../../api/definitions/admin/tokens.ts";
import { type Route, route } from "../../api/route.ts";
import type { Context } from "../../context.ts";
import { type CountedName, counterOf } from "../../gate/count-play.ts";
import type { CounterStatus } from "../../gate/play-counter.ts";
import { refused } from "../../http/refusal.ts";

type Deps = Pick<Context, "gate" | "gateReadings" | "viewerIds" | "playbackTokens" | "now">;
type Known = Pick<z.output<typeof define.lookedUpToken>, "tokenId" | "revoked" | "maxUses" | "endsAt">;

/** `POST /admin/video/enc/tokens/look-up`. Reading stores nothing, also for a token that never was. */
export const lookUpTokenRoutes: readonly Route<Deps>[] = [
  route(define.lookUpToken, {
    asked: ({ body: { tokenId, viewer } }) => ({ details: { tokenId, viewer } }),
    handle: async (deps: Deps, { body: { token, tokenId = "", viewer } }) =>
      token === undefined ? lookUpId(deps, tokenId, viewer) : lookUpClaims(deps, token),
  }),
];

/** From its claims: everything is known about it. */
async function lookUpClaims(deps: Deps, token: string) {
  const verified = await deps.playbackTokens.verify(token, "ignore-expiry");
  const claims = verified.kind === "valid" ? fromWire(verified.payload) : null;
  if (claims === null) return refused("invalid", "token: not issued here, or signed with a key that was removed");
  const { tokenId, maxUses, origin } = claims;
  const [revoked = true] = await deps.gate.feed.askRevoked([claims]);
  const known = { tokenId, revoked, maxUses, endsAt: timeOf(origin.expiresAt * 1000) };
  if (!isCounted(claims)) return answer(200, { ...known, counted: false }, { details: { tokenId } });
  return withCount(deps, counterOf(claims), known);
}

/** By its id alone only a revocation of the id is known, not one of its viewer, part or API key. */
async function lookUpId(deps: Deps, tokenId: string, viewer: string | undefined) {
  const rows = await deps.gateReadings.findRevocations([{ kind: "token", subject: tokenId }]);
  const name = viewer === undefined ? { tokenId } : { limitedViewerId: await deps.viewerIds.of(viewer) };
  return withCount(deps, name, { tokenId, revoked: rows.length > 0 });
}

async function withCount({ gate, now }: Deps, name: CountedName, known: Known) {
  const status = await gate.counting.status(name, known.tokenId, now());
  if (status === "away") return refused("unavailable");
  const body = { ...known, counted: true, uses: status.uses, sessions: status.live.map(shown) };
  return answer(200, body, { details: { tokenId: known.tokenId } });
}

function shown({ sessionId, startedAt, expiresAt }: CounterStatus["live"][number]) {
  return { sessionId, startedAt: timeOf(startedAt), expiresAt: timeOf(expiresAt) };
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
