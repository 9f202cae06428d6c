import { v7 } from "uuid";
import { base64UrlEncode } from "./base64.ts";
import { keepNewest } from "./keep-newest.ts";

/** The last counter of each millisecond that ids were made for. A request may make ids for a time that is a little old. */
const counters = new Map<number, number>();
const REMEMBERED_MILLISECONDS = 256;

/**
 * A UUIDv7, ordered by `now` in milliseconds and, within one millisecond, by the order in which this process makes them:
 * a counter of 32 bits with a random start follows the time (RFC 9562 6.2, method 1).
 */
export function uuidV7(now: number): string {
  const last = counters.get(now);
  const seq = last === undefined ? randomStart() : last + 1;
  keepNewest(counters, now, seq, REMEMBERED_MILLISECONDS);
  return v7({ msecs: now, seq });
}

/** Half of the range is left for counting. */
function randomStart(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! >>> 1;
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
