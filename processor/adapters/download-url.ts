import { open } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { PassingFault } from "../passing-fault.ts";
import { ForbiddenAddressError, guardedGet } from "./guarded-request.ts";
import { abortableSleep } from "./job-request.ts";
import { writeAt } from "./write-at.ts";

export type FetchOutcome =
  | { readonly kind: "fetched"; readonly bytes: number }
  | { readonly kind: "refused"; readonly reason: string };

export type FetchProgress = (bytes: number, total: number | null) => void;

export type Download = {
  readonly url: string;
  readonly destination: string;
  readonly maxBytes: number;
  readonly allowHosts: ReadonlySet<string>;
  readonly signal: AbortSignal;
  readonly onProgress: FetchProgress;
  /** Milliseconds; standard values where left out. */
  readonly idleMs?: number;
  readonly overallMs?: number;
  readonly pauseMs?: number;
};

const IDLE_MS = 30_000;
const OVERALL_MS = 4 * 3600_000;
const PAUSE_MS = 1_000;
const MOST_REDIRECTS = 5;
/** In a row, without a byte of progress between them. */
const MOST_DROPS = 5;

/** What is on disk, and which state of the source it belongs to. */
type Partial = { bytes: number; validator: string | null };

/**
 * Downloads a stranger's URL. Refused: schemes other than http and https, addresses that are not public (at every
 * redirect), what is too large, and what the server says is not there. A connection that drops is taken up again where
 * it broke, if the server can (RFC 9110 section 14, If-Range). Throws PassingFault when it keeps dropping.
 */
export async function downloadUrl(download: Download): Promise<FetchOutcome> {
  const { idleMs = IDLE_MS, overallMs = OVERALL_MS, pauseMs = PAUSE_MS, signal } = download;
  const limited = AbortSignal.any([signal, AbortSignal.timeout(overallMs)]);
  const partial: Partial = { bytes: 0, validator: null };
  for (let drops = 0; ; ) {
    const before = partial.bytes;
    try {
      return await downloadOnce({ ...download, idleMs, signal: limited }, partial);
    } catch (cause) {
      signal.throwIfAborted();
      if (limited.aborted) return refused("The source took too long to download.");
      if (cause instanceof ForbiddenAddressError) {
        return refused("The source's address is not one of the public internet.");
      }
      drops = partial.bytes > before ? 1 : drops + 1;
      if (drops > MOST_DROPS) throw new PassingFault("The source could not be downloaded.", { cause });
      await abortableSleep(pauseMs * drops, signal);
    }
  }
}

async function downloadOnce(download: Download & { idleMs: number }, partial: Partial): Promise<FetchOutcome> {
  const range = rangeHeaders(partial);
  const found = await followRedirects(download, range);
  if ("kind" in found) return found;
  const { response } = found;
  try {
    const resumed = response.statusCode === 206 && rangeStart(response) === partial.bytes && partial.bytes > 0;
    const refusal = refuseResponse(response, resumed);
    if (refusal) return refusal;
    // A whole answer to a request for the rest: the source has changed, or its server knows no ranges.
    if (!resumed) partial.bytes = 0;
    partial.validator = validatorOf(response);
    return await receive(download, response, partial);
  } finally {
    response.destroy();
  }
}

async function followRedirects(
  download: Download & { idleMs: number },
  headers: Readonly<Record<string, string>>,
): Promise<{ response: IncomingMessage } | FetchOutcome> {
  let url = download.url;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    if (!URL.canParse(url)) return refused("The source's address is not a URL.");
    const target = new URL(url);
    if (!/^https?:$/.test(target.protocol)) return refused("A source is fetched over http or https only.");
    const { allowHosts, idleMs, signal } = download;
    const response = await guardedGet({ url: target, headers, allowHosts, idleMs, signal });
    const location = [301, 302, 303, 307, 308].includes(response.statusCode ?? 0) ? response.headers.location : null;
    if (!location) return { response };
    response.destroy();
    if (!URL.canParse(location, target)) return refused("The source redirects to what is not a URL.");
    url = new URL(location, target).href;
  }
  return refused(`The source redirects more than ${MOST_REDIRECTS} times.`);
}

function refuseResponse(response: IncomingMessage, resumed: boolean): FetchOutcome | null {
  const status = response.statusCode ?? 0;
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    throw new PassingFault(`The source's server answered ${status}.`);
  }
  if (status !== 200 && !resumed) {
    // 416 and a 206 that does not fit belong to the resuming: the next try asks from the start.
    if (status === 416 || status === 206) throw new PassingFault("The source's server sent another part than asked.");
    return refused(`The source's server answered ${status}.`);
  }
  const encoding = response.headers["content-encoding"] ?? "identity";
  return encoding === "identity" ? null : refused("The source's server sends the file compressed.");
}

async function receive(download: Download, response: IncomingMessage, partial: Partial): Promise<FetchOutcome> {
  const { maxBytes, destination, signal, onProgress } = download;
  const length = response.headers["content-length"];
  const total = length === undefined ? null : partial.bytes + Number(length);
  if (total !== null && total > maxBytes) return refusedSize(maxBytes);
  const tooLarge = new Error("too large");
  // `r+` keeps what is there; a first or repeated start truncates.
  await using file = await open(destination, partial.bytes > 0 ? "r+" : "w");
  try {
    const written = (bytes: number) => {
      partial.bytes += bytes;
      if (partial.bytes > maxBytes) throw tooLarge;
      onProgress(partial.bytes, total);
    };
    await writeAt(file, partial.bytes, response, written, signal);
  } catch (error) {
    if (error === tooLarge) return refusedSize(maxBytes);
    throw error;
  }
  if (total !== null && partial.bytes !== total) throw new PassingFault("The source ended before its announced size.");
  return partial.bytes > 0 ? { kind: "fetched", bytes: partial.bytes } : refused("The source is empty.");
}

function rangeHeaders({ bytes, validator }: Partial): Readonly<Record<string, string>> {
  return bytes > 0 && validator !== null ? { range: `bytes=${bytes}-`, "if-range": validator } : {};
}

/** RFC 9110 section 13.1.5: If-Range takes a strong entity tag or a date, never a weak tag. */
function validatorOf({ headers }: IncomingMessage): string | null {
  if (headers.etag !== undefined && !headers.etag.startsWith("W/")) return headers.etag;
  return headers["last-modified"] ?? null;
}

function rangeStart({ headers }: IncomingMessage): number | null {
  const match = /^bytes (\d+)-\d+\/(?:\d+|\*)$/.exec(headers["content-range"] ?? "");
  return match ? Number(match[1]) : null;
}

function refusedSize(maxBytes: number): FetchOutcome {
  return refused(`The source is larger than the ${maxBytes} bytes that are allowed.`);
}

function refused(reason: string): FetchOutcome {
  return { kind: "refused", reason };
}
