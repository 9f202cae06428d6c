import * as z from "zod";
import type { Scope } from "../../shared/domain/access/scope.ts";
import type { Later } from "../gate/freshness.ts";
import type { Attempt, AuthResult } from "./caller.ts";
import { checkWithPublishedKeys } from "./viewers/check-jwt.ts";
import type { IssuerKeys } from "./viewers/issuer-keys.ts";

export type CloudflareAccessAuthenticator = {
  /** Host name of the team, which is also the issuer. */
  readonly teamDomain: string;
  readonly audiences: readonly string[];
  /** The scopes of every caller that Access admits. */
  readonly scopes: readonly Scope[];
  readonly issuerKeys: IssuerKeys;
};

export const ACCESS_HEADER = "cf-access-jwt-assertion";

/** People have an e-mail address, service tokens a common name. */
const identitySchema = z.union([
  z.object({ email: z.string().min(1).max(320) }),
  z.object({ common_name: z.string().min(1).max(320) }),
]);

/** The caller that Cloudflare Access vouches for. `authenticator` is null if Access is not configured. */
export async function authenticateByCloudflareAccess(
  authenticator: CloudflareAccessAuthenticator | null,
  { request, hasEffects }: Pick<Attempt, "request" | "hasEffects">,
  now: number,
  later: Later,
): Promise<AuthResult> {
  const token = request.headers.get(ACCESS_HEADER);
  if (authenticator === null || token === null) return { kind: "none" };
  if (hasEffects && isFromAnotherSite(request)) {
    return {
      kind: "refused",
      code: "not-allowed",
      reason: "a request with effects must come from the origin of this API",
    };
  }
  const issuer = `https://${authenticator.teamDomain}`;
  const jwksUrl = `${issuer}/cdn-cgi/access/certs`;
  const requirements = { issuer, audience: authenticator.audiences, algorithm: "RS256", jwksUrl } as const;
  const checked = await checkWithPublishedKeys(token, requirements, authenticator.issuerKeys, now, later);
  if (checked.kind === "unavailable")
    return { kind: "unavailable", reason: "the keys of Cloudflare Access cannot be fetched" };
  if (checked.kind === "invalid") return { kind: "refused", code: "credentials-invalid", reason: checked.reason };
  const identity = identitySchema.safeParse(checked.payload);
  if (!identity.success)
    return { kind: "refused", code: "credentials-invalid", reason: "the claims lack email and common_name" };
  return { kind: "caller", caller: callerOf(identity.data, authenticator.scopes) };
}

function callerOf(identity: z.output<typeof identitySchema>, scopes: readonly Scope[]) {
  if (!("email" in identity)) return { id: `access:${identity.common_name}`, scopes };
  // Identity providers vary the case of an address; ownership must not depend on it.
  const email = identity.email.toLowerCase();
  return { id: `access:${email}`, scopes, email };
}

/**
 * Access recognises browsers by a cookie and turns it into this header, whichever page made the request. Another site's
 * page could so send a request in an administrator's name. Browsers report the origin of a request (Fetch Metadata 2.2:
 * "none" is a typed address), older ones only for writes; programs send neither header.
 */
function isFromAnotherSite({ headers, url }: Request): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin" && site !== "none") return true;
  const origin = headers.get("origin");
  return origin !== null && origin !== new URL(url).origin;
}
