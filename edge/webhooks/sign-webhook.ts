import { base64Decode, base64Encode } from "../../shared/lib/base64.ts";
import { SECRET_PREFIX } from "./webhook-secret.ts";

const HMAC = { name: "HMAC", hash: "SHA-256" };
const encoder = new TextEncoder();

/** The headers of Standard Webhooks 1.0.0, with one signature for each secret. */
export async function signedHeaders(
  { id, body }: { readonly id: string; readonly body: string },
  secrets: readonly string[],
  now: number,
): Promise<Record<string, string>> {
  const timestamp = Math.floor(now / 1000);
  const signed = Uint8Array.from(encoder.encode(`${id}.${timestamp}.${body}`));
  const signatures = await Promise.all(secrets.map((secret) => signatureOf(signed, secret)));
  return {
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": signatures.join(" "),
  };
}

async function signatureOf(signed: Uint8Array<ArrayBuffer>, secret: string): Promise<string> {
  const bytes = base64Decode(secret.slice(SECRET_PREFIX.length));
  const key = await crypto.subtle.importKey("raw", bytes, HMAC, false, ["sign"]);
  return `v1,${base64Encode(new Uint8Array(await crypto.subtle.sign("HMAC", key, signed)))}`;
}
