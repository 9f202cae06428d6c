import { type Client, createClient } from "../../client/index.ts";
import { AccessSessionEnded } from "./api-problem.ts";

export type Api = Client;

const TIMEOUT_MS = 60_000;

/** Calls the API of this origin, with the key or, if it is null, as Cloudflare Access identifies the browser. */
export function createApi(apiKey: string | null): Api {
  return createClient({
    baseUrl: location.origin,
    ...(apiKey === null ? {} : { token: apiKey }),
    timeoutMs: TIMEOUT_MS,
    fetch: sendRequest,
  });
}

/** For streams of events, which end when the service ends them. */
export function createStreamApi(apiKey: string | null): Pick<Api, "streamVideoPostEvents"> {
  return createClient({
    baseUrl: location.origin,
    ...(apiKey === null ? {} : { token: apiKey }),
    fetch: sendRequest,
  });
}

/**
 * Redirects are not followed: those of Cloudflare Access lead to another origin. The cache of the browser is not used:
 * queries keep what they read, and the poster of a part changes at its address.
 */
export async function sendRequest(request: Request): Promise<Response> {
  const response = await fetch(request, { redirect: "manual", cache: "no-store" });
  if (response.type === "opaqueredirect") throw new AccessSessionEnded("redirected to a sign-in page");
  return response;
}
