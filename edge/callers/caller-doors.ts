import type { ApiKeyStore } from "../../shared/application/ports/api-key-store.ts";
import type { Env, Settings } from "../env.ts";
import type { IssuerKeys } from "../viewers/issuer-keys.ts";
import type { AccessDoor } from "./access-caller.ts";
import type { CallerDoors } from "./identify-caller.ts";
import { isBeyondIssueLimit } from "./issue-limit.ts";
import { createSeenApiKeys } from "./seen-api-keys.ts";

/** The doors that the settings open. */
export function createCallerDoors(
  env: Env,
  settings: Settings,
  apiKeys: ApiKeyStore,
  issuerKeys: IssuerKeys,
): CallerDoors {
  const isBeyondLimit = (request: Request) => isBeyondIssueLimit(env, { kind: "api-key", request });
  return {
    gatewaySecret: settings.GATEWAY_SECRET,
    apiKey: { firstKey: settings.ADMIN_API_KEY, apiKeys, seen: createSeenApiKeys(), isBeyondLimit },
    access: accessDoor(settings, issuerKeys),
  };
}

function accessDoor(settings: Settings, issuerKeys: IssuerKeys): AccessDoor | null {
  const { ACCESS_TEAM_DOMAIN: teamDomain, ACCESS_AUD: audiences, ACCESS_SCOPES: scopes } = settings;
  if (teamDomain === undefined || audiences === undefined || scopes === undefined) return null;
  return { teamDomain, audiences, scopes, issuerKeys };
}
