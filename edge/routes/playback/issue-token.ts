import type { IssueRequest } from "../../../shared/application/commands/issue-video-hls-key-token.ts";
import { requestRekeyToWatch } from "../../../shared/application/commands/request-rekey.ts";
import { answer } from "../../api/answer.ts";
import type { Execution } from "../../api/route.ts";
import type { Context } from "../../context.ts";
import { type AcceptedRequest, type IssueAnswer, issueToken } from "../../gate/issue-token.ts";
import { refused } from "../../http/refusal.ts";

export type IssueDeps = Pick<
  Context,
  "gate" | "minutes" | "viewerIds" | "playbackTokens" | "sessionRules" | "posts" | "rekeys" | "settings" | "now"
>;

/** Issues a token, for every route that does. The first request for an imported part also requests its re-key. */
export async function issueTokenFor(deps: IssueDeps, request: AcceptedRequest, execution: Execution) {
  const issued = await issueToken(deps, request, (work) => execution.waitUntil(work));
  const outcome = issued.kind === "rekey-required" ? await requestedRekey(deps, request) : issued;
  const answered = answerOf(outcome, request);
  if (answered.kind === "refused") deps.minutes.refused(answered.code, deps.now());
  else deps.minutes.served("tokens", deps.now());
  return answered;
}

async function requestedRekey(
  { posts, rekeys, settings, now }: IssueDeps,
  request: IssueRequest,
): Promise<IssueAnswer> {
  const asked = { viewer: request.viewer, atMost: settings.MIGRATION_MAX_REQUESTED };
  const requested = await requestRekeyToWatch({ posts, rekeys }, request, asked, now());
  if (requested.kind === "refused") {
    return { kind: requested.refusal.kind === "deleted" ? "deleted" : "not-found" };
  }
  if (requested.kind !== "done") return { kind: "not-ready" };
  switch (requested.value) {
    case "nothing-allowed":
      return { kind: "nothing-allowed" };
    case "failed":
    case "stopped":
      return { kind: "rekey-failed" };
    default:
      return { kind: "not-ready" };
  }
}

function answerOf(outcome: IssueAnswer, { videoPostId, fileIndex }: IssueRequest) {
  switch (outcome.kind) {
    case "issued": {
      const { token, qualities, lockedQualities, tokenId } = outcome;
      const expiresAt = new Date(outcome.expiresAt).toISOString();
      const masterUrl = `/video/enc/videoResource/${videoPostId}/${fileIndex}/master.m3u8?token=${token}`;
      return { ...answer(200, { token, expiresAt, qualities, lockedQualities, masterUrl }), tokenId };
    }
    case "away":
      return refused("unavailable");
    case "rekey-required":
      return refused("not-ready");
    case "rekey-failed":
      return refused("wrong-state", "the re-key of this part failed");
    case "not-found":
    case "not-ready":
    case "deleted":
    case "nothing-allowed":
      return refused(outcome.kind);
    default:
      return outcome satisfies never;
  }
}
