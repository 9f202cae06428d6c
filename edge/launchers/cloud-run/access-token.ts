import * as z from "zod";
import { base64Decode, base64UrlEncode } from "../../../shared/lib/base64.ts";
import type { ServiceAccountKey } from "../../settings/launchers/cloud-run-settings.ts";
import type { LauncherTools, PlatformReply } from "../platform-call.ts";
import { readReply } from "../platform-call.ts";

const SCOPE = "https://www.googleapis.com/auth/cloud-platform";
const GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/** Google accepts assertions of at most an hour. */
const ASSERTION_SECONDS = 3600;

/** A token that ends sooner could end on the way. */
const SPARE_MS = 60_000;

const grantSchema = z.object({ access_token: z.string().min(1), expires_in: z.int().positive() });

type AccessToken = { readonly text: string; readonly expiresAt: number };

export type TokenAnswer =
  | { readonly kind: "token"; readonly text: string }
  | { readonly kind: "refused"; readonly reply: PlatformReply };

/** By the key as the settings hold it. A request never waits for what another request fetches. */
const known = new WeakMap<ServiceAccountKey, AccessToken>();

/** An OAuth access token for a service account (RFC 7523 2.1), from memory until it ends. */
export async function accessToken(
  key: ServiceAccountKey,
  tools: LauncherTools,
  signal: AbortSignal,
): Promise<TokenAnswer> {
  const now = tools.now();
  const kept = known.get(key);
  if (kept !== undefined && kept.expiresAt - SPARE_MS > now) return { kind: "token", text: kept.text };
  const form = new URLSearchParams({ grant_type: GRANT_TYPE, assertion: await assertion(key, now) });
  const response = await tools.fetch(key.token_uri, {
    ...{ method: "POST", signal, redirect: "manual", body: form.toString() },
    headers: { accept: "application/json", "content-type": "application/x-www-form-urlencoded" },
  });
  const reply = await readReply(response, now);
  if (response.status !== 200) return { kind: "refused", reply };
  const { access_token: text, expires_in: seconds } = grantSchema.parse(reply.body);
  known.set(key, { text, expiresAt: now + seconds * 1000 });
  return { kind: "token", text };
}

/** For a token that the API refuses although it has not ended. */
export function forgetToken(key: ServiceAccountKey): void {
  known.delete(key);
}

async function assertion(key: ServiceAccountKey, now: number): Promise<string> {
  const issuedAt = Math.floor(now / 1000);
  const header = { alg: "RS256", typ: "JWT", kid: key.private_key_id };
  const claims = {
    ...{ iss: key.client_email, scope: SCOPE, aud: key.token_uri },
    ...{ iat: issuedAt, exp: issuedAt + ASSERTION_SECONDS },
  };
  const encoder = new TextEncoder();
  const part = (value: unknown) => base64UrlEncode(encoder.encode(JSON.stringify(value)));
  const signed = `${part(header)}.${part(claims)}`;
  const signature = await crypto.subtle.sign(ALGORITHM, await privateKey(key), encoder.encode(signed));
  return `${signed}.${base64UrlEncode(new Uint8Array(signature))}`;
}

const ALGORITHM = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } as const;

function privateKey({ private_key: pem }: ServiceAccountKey): Promise<CryptoKey> {
  const bytes = base64Decode(pem.replaceAll(/-----[A-Z ]+-----|\s/g, ""));
  return crypto.subtle.importKey("pkcs8", bytes, ALGORITHM, false, ["sign"]);
}
