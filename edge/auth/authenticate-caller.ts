import { type ApiKeyAuthenticator, authenticateByApiKey } from "./api-keys.ts";
import type { Attempt, AuthResult } from "./caller.ts";
import { authenticateByCloudflareAccess, type CloudflareAccessAuthenticator } from "./cloudflare-access.ts";
import { authenticateByGateway } from "./gateway.ts";

/** The ways in which callers of the administrative API authenticate. */
export type Authenticators = {
  readonly gatewaySecret: string | undefined;
  readonly apiKey: ApiKeyAuthenticator;
  /** Null if Cloudflare Access is not configured. */
  readonly access: CloudflareAccessAuthenticator | null;
};

/**
 * Authenticates a caller. The first credentials present decide; if they are not valid, the request is refused. The
 * gateway comes first, because the Authorization header that it passes on may be for the gateway itself. Access comes
 * last, because a browser cannot leave its cookie out.
 */
export async function authenticateCaller(
  authenticators: Authenticators,
  attempt: Attempt,
  now: number,
  later: (work: Promise<unknown>) => void,
): Promise<AuthResult> {
  const byGateway = await authenticateByGateway(authenticators.gatewaySecret, attempt.request.headers);
  if (byGateway.kind !== "none") return byGateway;
  const byApiKey = await authenticateByApiKey(authenticators.apiKey, attempt, now, later);
  return byApiKey.kind === "none"
    ? authenticateByCloudflareAccess(authenticators.access, attempt, now, later)
    : byApiKey;
}
