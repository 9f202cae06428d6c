import { v7 } from "uuid";
import { base64UrlEncode } from "./base64.ts";

/** A UUIDv7, ordered by creation. `now` in milliseconds. */
export function uuidV7(now: number): string {
  return v7({ msecs: now });
}

/** A lower bound of all UUIDv7 of `now`, and above every earlier one (RFC 9562 5.7: time first, then random bits). */
export function earliestUuidV7(now: number): string {
  const time = now.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}

/** 128 random bits as 22 characters of base64url, for tokens, sessions and leases, which must not be guessable. */
export function secretId(): string {
  return base64UrlEncode(crypto.getRandomValues(new Uint8Array(16)));
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether the text is a UUID in lower case (RFC 9562 4), as ids of posts, parts and jobs are. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
