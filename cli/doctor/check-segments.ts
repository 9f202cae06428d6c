import type { Diagnostics } from "../../client/index.ts";
import { type Finding, notChecked, ok, problem, warning } from "./finding.ts";

type Place = { readonly serviceUrl: string; readonly playback: Diagnostics["playback"] };

const TIMEOUT_MS = 30_000;
/** A page of this origin does not exist: players run on the pages of any site. */
const ORIGIN = "https://player.invalid";

/** Fetches one segment as a player on some page does, twice: whether it may, and whether a cache answers. */
export async function checkSegments({ serviceUrl, playback }: Place, send: typeof fetch): Promise<Finding[]> {
  const { baseUrl, sampleSegment } = playback;
  if (sampleSegment === null) {
    const detail = "No segment is stored yet.";
    return [notChecked("segment access", detail), notChecked("segment cache", detail)];
  }
  const folder = baseUrl?.replace(/\/+$/, "") ?? `${serviceUrl}/video/enc/segments`;
  const url = `${folder}/${sampleSegment}`;
  let first: Response;
  let second: Response;
  try {
    first = await read(url, send);
    second = await read(url, send);
  } catch {
    const detail = `${new URL(url).origin} could not be reached.`;
    return [problem("segment access", detail, remedyOf(baseUrl)), notChecked("segment cache", detail)];
  }
  return [judgeAccess(first, url, baseUrl), judgeCache(second, baseUrl)];
}

async function read(url: string, send: typeof fetch): Promise<Response> {
  const response = await send(url, { headers: { origin: ORIGIN }, signal: AbortSignal.timeout(TIMEOUT_MS) });
  // A cache stores only what was read to its end.
  await response.arrayBuffer();
  return response;
}

function judgeAccess(response: Response, url: string, baseUrl: string | null): Finding {
  const { origin } = new URL(url);
  if (!response.ok) {
    return problem("segment access", `A stored segment is ${response.status} at ${origin}.`, remedyOf(baseUrl));
  }
  const allowed = response.headers.get("access-control-allow-origin");
  if (allowed !== "*" && allowed !== ORIGIN) {
    const remedy = "Allow GET and HEAD from every origin in the CORS policy of the bucket (docs/deploying.md).";
    return problem("segment access", `${origin} does not let pages of any site fetch segments (CORS).`, remedy);
  }
  return ok("segment access", `Players of any page may fetch segments from ${origin}.`);
}

function remedyOf(baseUrl: string | null): string {
  return baseUrl === null
    ? "Read the log of the Worker: npx wrangler tail."
    : "Connect the domain of PLAYBACK_BASE_URL to the PLAYBACK bucket, or remove the setting (docs/deploying.md).";
}

function judgeCache({ headers, ok: isOk }: Response, baseUrl: string | null): Finding {
  if (!isOk) return notChecked("segment cache", "No segment could be fetched.");
  if (baseUrl === null) {
    return notChecked(
      "segment cache",
      "The Worker serves segments from the cache of its location, and does not say when.",
    );
  }
  const status = headers.get("cf-cache-status");
  if (status === "HIT" || status === "REVALIDATED" || Number(headers.get("age") ?? 0) > 0) {
    return ok("segment cache", "The second request of a segment was answered by a cache.");
  }
  if (status === null) return notChecked("segment cache", "The answer does not say whether a cache has sent it.");
  const remedy = "Add a cache rule for the domain of PLAYBACK_BASE_URL: eligible for cache (docs/deploying.md).";
  return warning("segment cache", `The second request of a segment was no cache hit (${status}).`, remedy);
}
