import { SCOPES, type Scope } from "../../../shared/domain/access/scope.ts";
import { type Claims, type SigningKey, sign } from "./viewer-issuer.ts";
import type { TestWorker } from "./worker.ts";

/* Who calls the administrative API, and with what. */

export type Credentials = Readonly<Record<string, string>>;

export const GATEWAY_SECRET = "test-gateway-secret-0123456789abcdef";
export const TEAM = "team.cloudflareaccess.com";
export const ACCESS_CERTS = `https://${TEAM}/cdn-cgi/access/certs`;
export const AUDIENCE = "f00dfeed";

/** Settings that enable every authentication method of the administrative API. */
export const AUTH_SETTINGS = { GATEWAY_SECRET, ACCESS_TEAM_DOMAIN: TEAM, ACCESS_AUD: AUDIENCE, ACCESS_SCOPES: "admin" };

export const bearer = (key: string): Credentials => ({ authorization: `Bearer ${key}` });

export type CreatedKey = { readonly key: string; readonly keyId: string };

export async function createKey(
  worker: TestWorker,
  scopes: readonly Scope[],
  more: Record<string, unknown> = {},
): Promise<CreatedKey> {
  const response = await worker.admin("POST", "/admin/api-keys", { name: "a test", scopes, ...more });
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
  return response.json();
}

export const gateway = (scopes: readonly string[], more: Credentials = {}): Credentials => ({
  "x-gateway-secret": GATEWAY_SECRET,
  "x-auth-sub": "user-7",
  "x-auth-scope": scopes.join(" "),
  ...more,
});

/** What Access adds to the requests of an admitted caller. `at` in milliseconds. */
export async function access(by: SigningKey, at: number, more: Claims = {}): Promise<Credentials> {
  const now = Math.floor(at / 1000);
  const person = { iss: `https://${TEAM}`, aud: [AUDIENCE], email: "Ada@example.com", iat: now, exp: now + 3600 };
  return { "cf-access-jwt-assertion": await sign({ ...person, ...more }, by) };
}

/** Everything that can be had without being an administrator, but for this. */
export function allScopesBut(scope: Scope): Scope[] {
  return SCOPES.filter((one) => one !== scope && one !== "admin");
}
