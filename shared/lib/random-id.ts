import { v7 } from "uuid";
import { base64UrlEncode } from "./base64.ts";

/** A UUIDv7: its order is the order of creation. `now` in milliseconds. */
export function uuidV7(now: number): string {
  return v7({ msecs: now });
}

/** What no UUIDv7 of `now` comes before, and every earlier one does (RFC 9562 5.7: time first, then what is random). */
export function earliestUuidV7(now: number): string {
  const time = now.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}

/** 128 random bits, 22 characters of base64url: names of tokens, sessions and leases, which nobody may guess. */
export function secretId(): string {
  return base64UrlEncode(crypto.getRandomValues(new Uint8Array(16)));
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether it is spelled as the ids of posts, parts and jobs are (RFC 9562 4), in small letters. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
