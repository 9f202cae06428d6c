import type { ApiKeyStore } from "../../shared/application/ports/api-key-store.ts";
import type { Settings } from "../settings/settings.ts";
import type { Authenticators } from "./authenticate-caller.ts";
import { comparedWith } from "./bearer.ts";
import type { CloudflareAccessAuthenticator } from "./cloudflare-access.ts";
import type { IssueLimit } from "./issue-limit.ts";
import type { KnownApiKeys } from "./known-api-keys.ts";
import { createLookUps, SHARE_OF_EACH } from "./look-ups.ts";
import { createSeenApiKeys } from "./seen-api-keys.ts";
import type { IssuerKeys } from "./viewers/issuer-keys.ts";

/** The authenticators that the settings enable. */
export function createAuthenticators(
  issueLimit: IssueLimit,
  settings: Settings,
  keys: { readonly apiKeys: ApiKeyStore; readonly known: KnownApiKeys; readonly issuerKeys: IssuerKeys },
  wait: (ms: number) => Promise<unknown>,
): Authenticators {
  const { apiKeys, known, issuerKeys } = keys;
  const isBeyondLimit = (request: Request) => issueLimit.isBeyond({ kind: "api-key", request });
  return {
    gatewaySecret: settings.GATEWAY_SECRET,
    apiKey: {
      ...{
        isFirstKey: comparedWith(settings.ADMIN_API_KEY),
        apiKeys,
        known,
        seen: createSeenApiKeys(),
        isBeyondLimit,
        wait,
      },
      lookUps: createLookUps(SHARE_OF_EACH),
    },
    access: cloudflareAccess(settings, issuerKeys),
  };
}

function cloudflareAccess(settings: Settings, issuerKeys: IssuerKeys): CloudflareAccessAuthenticator | null {
  const { ACCESS_TEAM_DOMAIN: teamDomain, ACCESS_AUD: audiences, ACCESS_SCOPES: scopes } = settings;
  if (teamDomain === undefined || audiences === undefined || scopes === undefined) return null;
  return { teamDomain, audiences, scopes, issuerKeys };
}
