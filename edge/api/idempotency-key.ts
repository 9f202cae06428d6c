import { base64UrlEncode } from "../../shared/lib/base64.ts";
import { type FileBody, readBoundedBytes } from "../http/read-file.ts";
import { LONGEST_BODY_BYTES, readBoundedText } from "../http/read-json.ts";
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
export async function fingerprintOf(copy: Request, { file }: Pick<RouteDefinition, "file">): Promise<string> {
  const { pathname, search } = new URL(copy.url);
  const body = file === undefined ? await readBoundedText(copy, LONGEST_BODY_BYTES) : await fileDigest(copy, file);
  return sha256(Uint8Array.from(new TextEncoder().encode(JSON.stringify([copy.method, pathname, search, body]))));
}

async function fileDigest(copy: Request, { longestBytes }: FileBody): Promise<string | null> {
  const bytes = await readBoundedBytes(copy, longestBytes);
  return bytes === null ? null : sha256(bytes);
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return base64UrlEncode(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}
