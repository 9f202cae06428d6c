import {
  type IssueOutcome,
  type IssueRequest,
  issueVideoHlsKeyToken,
} from "../../shared/application/commands/issue-video-hls-key-token.ts";
import type { SessionRules } from "../../shared/domain/access/play-session.ts";
import type { TokenSigner } from "../../shared/playback-token/token-signer.ts";
import type { AcceptedPosition } from "./accepted-position.ts";
import type { Later } from "./freshness.ts";
import type { Gate, Known } from "./gate.ts";

/** A request, and up to where the feed was known when its sender was accepted. */
export type AcceptedRequest = IssueRequest & { readonly acceptedAt: AcceptedPosition };

export type IssueAnswer = IssueOutcome | { readonly kind: "away" };

/** Of the Context. */
type Issuing = {
  readonly gate: Gate;
  readonly playbackTokens: TokenSigner;
  readonly sessionRules: SessionRules;
  readonly now: () => number;
};

/** How old the reading may be by which a viewer is refused for a policy. */
const REFUSAL_MS = 1000;

/**
 * A token from what this isolate knows. What does not exist or does not play yet is refused only by a reading that is
 * later than the request: the publisher's first request after the publication succeeds, wherever it arrives.
 */
export async function issueToken(
  { gate, playbackTokens: signer, sessionRules, now }: Issuing,
  { acceptedAt, ...request }: AcceptedRequest,
  later: Later,
): Promise<IssueAnswer> {
  const arrivedAt = now();
  if (acceptedAt === "away") return { kind: "away" };
  const issue = (known: Known) => {
    const feedPosition = Math.min(known.feedPosition, acceptedAt);
    return issueVideoHlsKeyToken({ signer, sessionRules }, { ...known, feedPosition }, request, arrivedAt);
  };
  const first = await gate.part(request, later);
  if (first === "away") return { kind: "away" };
  const outcome = await issue(first);
  if (outcome.kind === "issued") return outcome;
  const notBefore = outcome.kind === "nothing-allowed" ? arrivedAt - REFUSAL_MS : arrivedAt;
  if (first.isCurrent && gate.feed.readAt() >= notBefore) return outcome;
  const second = await gate.partSince(request, notBefore, later);
  if (second === "away") return { kind: "away" };
  const certain = await issue(second);
  return certain.kind === "issued" || second.isCurrent ? certain : { kind: "away" };
}
