import type { IncomingMessage } from "node:http";
import { type Refusal, refuse } from "../media/refusal.ts";
import { RetryableError } from "../retryable-error.ts";

/** What is on disk of a source, and which state of it that belongs to. */
export type Partial = {
  readonly bytes: number;
  /** A strong entity tag or a date. */
  readonly validator: string | null;
  /** Bytes of the whole, where the server said. */
  readonly total: number | null;
};

export const NOTHING: Partial = { bytes: 0, validator: null, total: null };

export type Answer =
  /** The body continues after `partial.bytes`; 0 is from the start. */
  | { readonly kind: "body"; readonly partial: Partial }
  /** Not the rest of what is on disk: it is to be asked for from the start. */
  | { readonly kind: "other" }
  | Refusal;

/** Asks for the rest, if it is of the same state (RFC 9110 sections 13.1.5 and 14.2). */
export function rangeHeaders({ bytes, validator }: Partial): Readonly<Record<string, string>> {
  return bytes > 0 && validator !== null ? { range: `bytes=${bytes}-`, "if-range": validator } : {};
}

/** What an answer means for what is on disk. Throws RetryableError for what may be gone in a moment. */
export function readAnswer(response: IncomingMessage, asked: Partial): Answer {
  const status = response.statusCode ?? 0;
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    throw new RetryableError("source-unreachable", `The source's server answered ${status}.`);
  }
  if (status === 416) return { kind: "other" };
  if (status !== 200 && status !== 206) return refusalOf(status);
  if ((response.headers["content-encoding"] ?? "identity") !== "identity") {
    return refuse("source-not-served", COMPRESSED);
  }
  // A whole answer to a request for the rest: the source has changed, or its server knows no ranges.
  if (status === 200) return { kind: "body", partial: { ...NOTHING, ...stateOf(response, contentLength(response)) } };
  const range = contentRange(response);
  const { validator, total } = stateOf(response, range?.total ?? null);
  const same = (now: unknown, before: unknown) => now === null || before === null || now === before;
  // If-Range is not known to every server, so its answer is compared as well.
  const fits = asked.bytes > 0 && range?.start === asked.bytes && same(validator, asked.validator);
  if (!fits || !same(total, asked.total)) return { kind: "other" };
  return { kind: "body", partial: { ...asked, total: total ?? asked.total } };
}

const COMPRESSED = "The source's server sends the file compressed, so its size cannot be checked. Upload it instead.";

function refusalOf(status: number): Refusal {
  if (status === 401 || status === 403) {
    const reason = `The source's server refuses access (${status}). Use an address that opens without signing in.`;
    return refuse("source-access-denied", reason);
  }
  if (status === 404 || status === 410) {
    return refuse("source-not-found", `There is no file at the source's address (${status}). Check the address.`);
  }
  return refuse("source-not-served", `The source's server answered ${status}. Check the address.`);
}

/** RFC 9110 section 13.1.5: If-Range takes a strong entity tag or a date, never a weak tag. */
function stateOf({ headers }: IncomingMessage, total: number | null) {
  const strong = headers.etag !== undefined && !headers.etag.startsWith("W/");
  return { validator: (strong ? headers.etag : headers["last-modified"]) ?? null, total };
}

function contentLength({ headers }: IncomingMessage): number | null {
  const length = headers["content-length"];
  return length === undefined ? null : Number(length);
}

/** RFC 9110 section 14.4; the total is null where the server does not know it. */
function contentRange({ headers }: IncomingMessage): { readonly start: number; readonly total: number | null } | null {
  const match = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers["content-range"] ?? "");
  return match ? { start: Number(match[1]), total: match[2] === "*" ? null : Number(match[2]) } : null;
}
