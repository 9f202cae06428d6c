import { readRetryAfter } from "../http/read-retry-after.ts";
import type { LaunchAnswer } from "./launcher.ts";

/** The used part of `fetch`. */
export type SendRequest = (url: string, init: RequestInit) => Promise<Response>;

/** What every launcher is given beside its settings. */
export type LauncherTools = { readonly fetch: SendRequest; readonly now: () => number };

export type PlatformRequest = {
  readonly method: "GET" | "POST" | "DELETE";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
};

export type PlatformReply = {
  readonly status: number;
  /** The parsed JSON, or the text where it is none. */
  readonly body: unknown;
  readonly retryAfterSeconds: number | null;
};

/**
 * Sends one request and reads the reply whole. Throws where no reply came. It follows no redirect, since a credential
 * must not reach another host.
 */
export async function callPlatform(
  tools: LauncherTools,
  { method, url, headers, body }: PlatformRequest,
  signal: AbortSignal,
): Promise<PlatformReply> {
  const json = body === undefined ? {} : { "content-type": "application/json" };
  const response = await tools.fetch(url, {
    ...{ method, signal, redirect: "manual" },
    headers: { accept: "application/json", "user-agent": "ladderlock-launcher", ...json, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return readReply(response, tools.now());
}

export async function readReply(response: Response, now: number): Promise<PlatformReply> {
  const retryAfterSeconds = readRetryAfter(response.headers.get("retry-after"), now);
  return { status: response.status, body: parsedJson(await response.text()), retryAfterSeconds };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function isSuccess({ status }: PlatformReply): boolean {
  return status >= 200 && status < 300;
}

/** After these statuses it is unknown whether the platform did what it was asked. */
export function isUncertain({ status }: PlatformReply): boolean {
  return status === 408 || status >= 500;
}

/** What a platform's error is about, beside its status. */
export type Says = { readonly isCapacity: boolean; readonly isPassing?: boolean };

/** The refusal of a launch. `words` is what the platform says, without secrets. */
export function refusedLaunch(
  reply: PlatformReply,
  words: string,
  { isCapacity, isPassing = false }: Says,
): LaunchAnswer {
  const { status, retryAfterSeconds } = reply;
  const cause = isCapacity ? "capacity" : isPassing || status === 429 ? "throttled" : "misconfigured";
  return { kind: "refused", cause, reason: `HTTP ${status}: ${words}`, retryAfterSeconds };
}

/** A launch that this side refuses, because the platform cannot run it. */
export function impossibleLaunch(reason: string): LaunchAnswer {
  return { kind: "refused", cause: "misconfigured", reason, retryAfterSeconds: null };
}
