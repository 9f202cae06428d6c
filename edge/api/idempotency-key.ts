import { base64UrlEncode } from "../../shared/lib/base64.ts";
import { readBoundedText } from "../http/read-json.ts";
import { type Refusal, refused } from "../http/refusal.ts";
import type { RouteDefinition } from "./definition.ts";

/* Idempotency-Key, as draft-ietf-httpapi-idempotency-key-header-07 has it. */

export const IDEMPOTENCY_KEY = "Idempotency-Key";
export const IDEMPOTENCY_REPLAYED = "Idempotency-Replayed";

/** Whether requests of the route may carry a key: every POST of a caller below /api/v2. */
export function takesIdempotencyKey({ method, path, access }: RouteDefinition): boolean {
  return method === "POST" && path.startsWith("/api/v2/") && access.kind === "scope";
}

export type GivenKey = { readonly kind: "key"; readonly key: string } | { readonly kind: "none" } | Refusal<"invalid">;

const VISIBLE = /^[\x21-\x7e]{1,255}$/;

export function readIdempotencyKey(definition: RouteDefinition, request: Request): GivenKey {
  const key = request.headers.get(IDEMPOTENCY_KEY);
  if (key === null || !takesIdempotencyKey(definition)) return { kind: "none" };
  if (VISIBLE.test(key)) return { kind: "key", key };
  return refused("invalid", `${IDEMPOTENCY_KEY}: must be 1 to 255 visible ASCII characters without spaces`);
}

/** SHA-256 over method, path, query and body. `copy` is a clone of the request, whose body nobody has read. */
export async function fingerprintOf(copy: Request, longestBody: number): Promise<string> {
  const { pathname, search } = new URL(copy.url);
  const body = await readBoundedText(copy, longestBody);
  const text = JSON.stringify([copy.method, pathname, search, body]);
  return base64UrlEncode(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))));
}
