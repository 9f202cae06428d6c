import type { Viewer } from "../../shared/domain/quality-auth.ts";
import { bearerToken } from "../auth/bearer.ts";
import type { IssueCounter } from "../auth/issue-limit.ts";
import type { Context } from "../context.ts";
import type { Later } from "../gate/freshness.ts";
import { type Refusal, refused } from "../http/refusal.ts";

type Identified = { readonly kind: "identified"; readonly viewer: Viewer } | Refusal;

/** The viewer of a token request, within the limit of token issue. */
export async function identifyViewer(
  context: Pick<Context, "viewers" | "now" | "issueLimit">,
  request: Request,
  later: Later,
): Promise<Identified> {
  const identified = await viewerOf(context, request, later);
  return (await context.issueLimit.isBeyond(counterOf(identified, request)))
    ? refused("too-many-requests")
    : identified;
}

/** A viewer with a refused JWT counts as one without a JWT. */
function counterOf(identified: Identified, request: Request): IssueCounter {
  return identified.kind === "refused" || identified.viewer.kind === "anonymous"
    ? { kind: "address", request }
    : { kind: "viewer", id: identified.viewer.id };
}

/** Invalid credentials are refused: they never make a caller anonymous. */
async function viewerOf(
  { viewers, now }: Pick<Context, "viewers" | "now">,
  request: Request,
  later: Later,
): Promise<Identified> {
  if (!request.headers.has("authorization")) return { kind: "identified", viewer: { kind: "anonymous" } };
  const token = bearerToken(request);
  if (token === null) return refused("credentials-invalid", "send a viewer token as Authorization: Bearer");
  const verified = await viewers.verify(token, now(), later);
  switch (verified.kind) {
    case "viewer":
      return { kind: "identified", viewer: verified.viewer };
    case "invalid":
      return refused("credentials-invalid", verified.reason);
    case "unavailable":
      return refused("unavailable", "the keys of the viewer token's issuer cannot be fetched");
    default:
      return verified satisfies never;
  }
}
