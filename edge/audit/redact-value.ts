import { isUuid } from "../../shared/lib/random-id.ts";
import { redactSecrets } from "../log/redact-secrets.ts";

/** Enough for the policies of all qualities, and for the parts of a batch; an event stays far below what a queue takes. */
const LONGEST_VALUE = 5000;
const LONGEST_TEXT = 300;

/** Never shortened, because two callers must not become one. */
const LONGEST_ACTOR = 400;

export function boundedActor(id: string): string {
  return id.slice(0, LONGEST_ACTOR);
}

/** Foreign text as it may stand in the log. */
export function redactText(text: string): string {
  return redactSecrets(text).slice(0, LONGEST_TEXT);
}

/** A value of a body or a response as it may stand in the log: without secrets, and bounded. */
export function redactValue(value: unknown): unknown {
  if (typeof value === "string") return redactText(value);
  if (typeof value !== "object" || value === null) return value;
  const text = JSON.stringify(value);
  if (text.length > LONGEST_VALUE) return `(${text.length} characters)`;
  return JSON.parse(redactSecrets(text));
}

/** Post ids are UUIDs; anything else may be a pasted secret, so it is not recorded. */
export function postIdOrNull(value: unknown): string | null {
  return typeof value === "string" && isUuid(value) ? value : null;
}

export function fileIndexOrNull(value: unknown): number | null {
  const number = typeof value === "string" && /^\d{1,6}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) && number >= 0 ? number : null;
}
