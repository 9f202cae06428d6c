import type { IssueAnswer } from "../../gate/issue-token.ts";
import { problem } from "../../http/problems.ts";

/** The answer of every route that issues playback tokens. */
export function issuedResponse(outcome: IssueAnswer, part: { videoPostId: string; fileIndex: number }): Response {
  if (outcome.kind === "away") return problem("unavailable");
  if (outcome.kind === "rekey-required") return problem("not-ready");
  if (outcome.kind === "rekey-failed") return problem("wrong-state", "the re-key of this part failed");
  if (outcome.kind !== "issued") return problem(outcome.kind);
  const { token, expiresAt, qualities } = outcome;
  const masterUrl = `/video/enc/videoResource/${part.videoPostId}/${part.fileIndex}/master.m3u8?token=${token}`;
  return Response.json(
    { token, expiresAt: new Date(expiresAt).toISOString(), qualities, masterUrl },
    { headers: { "cache-control": "private, no-store" } },
  );
}
