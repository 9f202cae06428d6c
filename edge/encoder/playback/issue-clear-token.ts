import { encoderJobName } from "../../../shared/domain/encoder/encoder-job.ts";
import { QUALITIES, type Quality } from "../../../shared/domain/quality/quality.ts";
import { toWire } from "../../../shared/playback-token/claims.ts";
import { answer } from "../../api/answer.ts";
import type { Execution } from "../../api/route.ts";
import type { Context } from "../../context.ts";
import type { AcceptedPosition } from "../../gate/accepted-position.ts";
import { refused } from "../../http/refusal.ts";
import { clearRefusal } from "./clear-refusal.ts";
import { createClearStates } from "./clear-states.ts";
import { clearClaims } from "./clear-token.ts";
import type { ProxiedPart } from "./proxied-parts.ts";
import { proxyPath } from "./proxy-path.ts";

export type ClearIssueDeps = Pick<Context, "posts" | "gate" | "clearTokens" | "sessionRules" | "policyRule" | "now">;

export type ClearIssueRequest = ProxiedPart & {
  readonly viewerId: string | null;
  readonly apiKeyId: string | null;
  readonly qualities?: readonly Quality[] | undefined;
  readonly startSeconds: number;
  readonly acceptedAt: AcceptedPosition;
};

/** A token of clear renditions, for an administrator: policies and the state of the post do not limit it. */
export async function issueClearToken(deps: ClearIssueDeps, request: ClearIssueRequest, execution: Execution) {
  const { gate, clearTokens, sessionRules, policyRule, now } = deps;
  const { acceptedAt } = request;
  if (acceptedAt === "away") return refused("unavailable");
  const known = await gate.part(request, (work) => execution.waitUntil(work));
  if (known === "away") return refused("unavailable");
  // Not one of a moment ago: an administrator acts on the present state.
  const { playback, postVersion } = await createClearStates(deps.posts, policyRule, now).of(request);
  if (playback.kind === "encrypted") {
    return refused("wrong-state", "The part is encrypted. Request a token without `clear`.");
  }
  if (playback.kind !== "clear") return clearRefusal(playback.kind);
  const feedPosition = Math.min(known.feedPosition, acceptedAt);
  const claims = clearClaims({ ...request, feedPosition, postVersion }, playback, sessionRules, now());
  if (claims === null) return refused("nothing-allowed");
  const token = await clearTokens.sign(toWire(claims));
  const ladder = QUALITIES.filter((quality) => playback.variants.some((variant) => variant.quality === quality));
  const qualities = ladder.filter((quality) => claims.qualities.includes(quality));
  const lockedQualities = ladder.filter((quality) => !qualities.includes(quality));
  const masterUrl = `${proxyPath(encoderJobName(playback.transcodeJobId))}?token=${token}`;
  const expiresAt = new Date(claims.expiresAt * 1000).toISOString();
  return { ...answer(200, { token, expiresAt, qualities, lockedQualities, masterUrl }), tokenId: claims.tokenId };
}
