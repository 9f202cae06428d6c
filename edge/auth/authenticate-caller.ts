import { type ApiKeyAuthenticator, authenticateByApiKey } from "./api-keys.ts";
import type { AuthResult } from "./caller.ts";
import { authenticateByCloudflareAccess, type CloudflareAccessAuthenticator } from "./cloudflare-access.ts";
import { authenticateByGateway } from "./gateway.ts";

/** Everything by which callers of the administrative API are known. */
export type Authenticators = {
  readonly gatewaySecret: string | undefined;
  readonly apiKey: ApiKeyAuthenticator;
  /** Null where Cloudflare Access is not set up. */
  readonly access: CloudflareAccessAuthenticator | null;
};

/**
 * Who calls. The first credentials that are there decide, and when they are no good the request is refused: nobody is
 * somebody else than they said. The gateway comes first, since the Authorization header that it passes on may be for
 * the gateway itself; Access comes last, since a browser that has its cookie cannot leave it out.
 */
export async function authenticateCaller(
  authenticators: Authenticators,
  request: Request,
  hasEffects: boolean,
  now: number,
  later: (work: Promise<unknown>) => void,
): Promise<AuthResult> {
  const byGateway = await authenticateByGateway(authenticators.gatewaySecret, request.headers);
  if (byGateway.kind !== "none") return byGateway;
  const byApiKey = await authenticateByApiKey(authenticators.apiKey, request, now, later);
  return byApiKey.kind === "none"
    ? authenticateByCloudflareAccess(authenticators.access, request, hasEffects, now)
    : byApiKey;
}
