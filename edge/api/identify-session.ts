import type { PlaybackClaims } from "../../shared/playback-token/claims.ts";
import { bearerToken } from "../auth/bearer.ts";
import type { Context } from "../context.ts";
import { type Refusal, refused } from "../http/refusal.ts";
import { readToken } from "../playback/read-token.ts";

/** The session whose token is in a header or in the body: a URL that does not need a token never holds one. */
export async function identifySession(
  { playbackTokens, now }: Pick<Context, "playbackTokens" | "now">,
  request: Request,
  body: unknown,
  acceptsExpired: boolean,
): Promise<{ readonly kind: "claims"; readonly claims: PlaybackClaims } | Refusal> {
  const bearer = bearerToken(request);
  const inBody = (body as { readonly token?: string }).token;
  if (bearer !== null && inBody !== undefined)
    return refused("invalid", "token: also sent in the Authorization header");
  const read = await readToken(playbackTokens, bearer ?? inBody, acceptsExpired ? "ignore-expiry" : now());
  return read.kind === "refused" ? refused(read.code) : read;
}
