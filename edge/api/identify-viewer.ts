import type { Viewer } from "../../shared/domain/quality/quality-auth.ts";
import { bearerToken } from "../auth/bearer.ts";
import type { IssueCounter } from "../auth/issue-limit.ts";
import type { Context } from "../context.ts";
import { type AcceptedPosition, acceptedPosition, positionBefore } from "../gate/accepted-position.ts";
import type { Later } from "../gate/freshness.ts";
import { type Refusal, refused } from "../http/refusal.ts";

type Identified = { readonly kind: "identified"; readonly viewer: Viewer } | Refusal;
type Accepted = Exclude<Identified, Refusal> & { readonly acceptedAt: AcceptedPosition };

const ANONYMOUS = { kind: "identified", viewer: { kind: "anonymous" } } as const;

/** The viewer of a token request, within the limit of token issue. */
export async function identifyViewer(
  context: Pick<Context, "viewers" | "now" | "issueLimit" | "gate">,
  request: Request,
  later: Later,
): Promise<Accepted | Refusal> {
  const { feed } = context.gate;
  const hasCredentials = request.headers.has("authorization");
  const before = hasCredentials ? positionBefore(feed) : undefined;
  const identified = hasCredentials ? await viewerOf(context, request, later) : ANONYMOUS;
  if (await context.issueLimit.isBeyond(counterOf(identified, request))) return refused("too-many-requests");
  if (identified.kind === "refused") return identified;
  // Nothing was accepted that could be revoked.
  if (identified.viewer.kind === "anonymous") return { ...identified, acceptedAt: Number.POSITIVE_INFINITY };
  return { ...identified, acceptedAt: before ?? (await acceptedPosition(feed, later)) };
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
