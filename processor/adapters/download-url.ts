import { open } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { abortableSleep } from "../abortable-sleep.ts";
import { type Refusal, refuse } from "../media/refusal.ts";
import { RetryableError } from "../retryable-error.ts";
import { describeFault } from "./download-fault.ts";
import { type AddressGuard, ForbiddenAddressError, PUBLIC_INTERNET } from "./guarded-request.ts";
import { NOTHING, type Partial, rangeHeaders, readAnswer } from "./source-answer.ts";
import { getFollowing } from "./source-redirects.ts";
import { SpeedGate } from "./speed-gate.ts";
import { writeAt } from "./write-at.ts";

export type FetchOutcome = { readonly kind: "fetched"; readonly bytes: number } | Refusal;

export type FetchProgress = (bytes: number, total: number | null) => void;

export type DownloadLimits = {
  readonly maxBytes: number;
  /** For the whole download, with its breaks. */
  readonly maxSeconds: number;
  /** Less than this over a minute ends the download, for now. */
  readonly minBytesPerSecond: number;
};

export type Download = {
  readonly url: string;
  readonly destination: string;
  readonly limits: DownloadLimits;
  readonly allowHosts: ReadonlySet<string>;
  readonly signal: AbortSignal;
  readonly onProgress: FetchProgress;
  /** Called with the bytes that are still to come, before the first of them is read; throws when they do not fit. */
  readonly requireRoom: (bytes: number) => Promise<void>;
  readonly guard?: AddressGuard;
  /** Milliseconds; standard values where left out. */
  readonly idleMs?: number;
  readonly answerMs?: number;
  readonly pauseMs?: number;
  readonly speedWindowMs?: number;
};

const STANDARD = { guard: PUBLIC_INTERNET, idleMs: 30_000, answerMs: 30_000, pauseMs: 1_000, speedWindowMs: 60_000 };
/** In a row, without a byte of progress between them. */
const MOST_DROPS = 5;

type Settled = Download & typeof STANDARD;

/**
 * Downloads a stranger's URL. Refused: schemes other than http and https, addresses that are not public (at every
 * redirect), what is too large, and what the server says is not there. A connection that drops is taken up again where
 * it broke, if the server can. Throws RetryableError when it keeps dropping, or is too slow.
 */
export async function downloadUrl(download: Download): Promise<FetchOutcome> {
  const { signal, limits } = download;
  const tooSlow = new AbortController();
  const { minBytesPerSecond, maxSeconds } = limits;
  const overall = AbortSignal.timeout(maxSeconds * 1000);
  const limited = AbortSignal.any([signal, overall, tooSlow.signal]);
  const settled: Settled = { ...STANDARD, ...download, signal: limited };
  using gate = new SpeedGate(minBytesPerSecond, settled.speedWindowMs, () => {
    const rate = Math.ceil(minBytesPerSecond / 1024);
    tooSlow.abort(
      new RetryableError("source-unreachable", `The source's server sends less than ${rate} KiB a second.`),
    );
  });
  try {
    return await downloadWithBreaks(settled, gate);
  } catch (error) {
    signal.throwIfAborted();
    tooSlow.signal.throwIfAborted();
    if (!overall.aborted) throw error;
    const minutes = Math.ceil(maxSeconds / 60);
    return refuse(
      "source-unreachable",
      `The source could not be downloaded within ${minutes} minutes. Upload it instead.`,
    );
  }
}

async function downloadWithBreaks(download: Settled, gate: SpeedGate): Promise<FetchOutcome> {
  const state: { partial: Partial } = { partial: NOTHING };
  let most = 0;
  for (let drops = 0; ; ) {
    let fault: unknown = new RetryableError(
      "source-changed",
      "The source's server sent less than it announced, or another part.",
    );
    try {
      const outcome = await downloadOnce(download, state, gate);
      if (outcome !== "incomplete") return outcome;
    } catch (cause) {
      download.signal.throwIfAborted();
      if (cause instanceof ForbiddenAddressError) return refuse("source-address-refused", NOT_PUBLIC);
      if (cause instanceof FinalFault) throw cause.fault;
      fault = cause;
    }
    drops = state.partial.bytes > most ? 1 : drops + 1;
    most = Math.max(most, state.partial.bytes);
    if (drops > MOST_DROPS) throw describeFault(fault);
    await abortableSleep(download.pauseMs * drops, download.signal);
  }
}

const NOT_PUBLIC = "The source's address is not one of the public internet. Upload the file instead.";

/** One connection; `state` says afterwards how far the file on disk is. */
async function downloadOnce(
  download: Settled,
  state: { partial: Partial },
  gate: SpeedGate,
): Promise<FetchOutcome | "incomplete"> {
  const found = await getFollowing(download.url, { ...download, headers: rangeHeaders(state.partial) });
  if (found.kind === "refused") return found;
  const { response } = found;
  try {
    const answer = readAnswer(response, state.partial);
    if (answer.kind === "refused") return answer;
    state.partial = answer.kind === "other" ? NOTHING : answer.partial;
    return answer.kind === "other" ? "incomplete" : await receive(download, response, state, gate);
  } finally {
    response.destroy();
  }
}

async function receive(
  { limits: { maxBytes }, destination, signal, onProgress, requireRoom }: Settled,
  response: IncomingMessage,
  state: { partial: Partial },
  gate: SpeedGate,
): Promise<FetchOutcome | "incomplete"> {
  const { bytes: start, total } = state.partial;
  if (total !== null && total > maxBytes) return refusedSize(maxBytes);
  await requireRoom((total ?? start) - start).catch(FinalFault.rethrow);
  const tooMuch = new Error("more than announced or allowed");
  // `r+` keeps what is there; a first or repeated start truncates.
  await using file = await open(destination, start > 0 ? "r+" : "w");
  const written = (bytes: number) => {
    gate.received(bytes);
    state.partial = { ...state.partial, bytes: state.partial.bytes + bytes };
    if (state.partial.bytes > (total ?? maxBytes)) throw tooMuch;
    onProgress(state.partial.bytes, total);
  };
  try {
    await writeAt(file, start, response, written, signal);
  } catch (error) {
    if (error === tooMuch && total === null) return refusedSize(maxBytes);
    if (error === tooMuch) state.partial = NOTHING;
    if ((error as NodeJS.ErrnoException).code === "ENOSPC") {
      throw new FinalFault(new RetryableError("disk-full", "The processor's disk is full.", { cause: error }));
    }
    throw error;
  }
  const { bytes } = state.partial;
  if (total !== null && bytes < total) return "incomplete";
  return bytes > 0 ? { kind: "fetched", bytes } : refuse("source-empty", "The file at the source's address is empty.");
}

/** A fault that the next connection would meet again. */
class FinalFault extends Error {
  readonly fault: unknown;

  constructor(fault: unknown) {
    super("final", { cause: fault });
    this.fault = fault;
  }

  static rethrow(fault: unknown): never {
    throw new FinalFault(fault);
  }
}

function refusedSize(maxBytes: number): FetchOutcome {
  return refuse(
    "source-too-large",
    `The source is larger than ${sizeText(maxBytes)}, which is the most that is accepted.`,
  );
}

function sizeText(bytes: number): string {
  return bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(1)} GiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
