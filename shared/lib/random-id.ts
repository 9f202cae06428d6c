import { v7 } from "uuid";
import { base64UrlEncode } from "./base64.ts";

/** A UUIDv7: its order is the order of creation. `now` in milliseconds. */
export function uuidV7(now: number): string {
  return v7({ msecs: now });
}

/** 128 random bits, 22 characters of base64url: names of tokens, sessions and leases, which nobody may guess. */
export function secretId(): string {
  return base64UrlEncode(crypto.getRandomValues(new Uint8Array(16)));
}
