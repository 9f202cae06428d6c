import { Hono } from "hono";
import { requestRekeyToWatch } from "../../../shared/application/commands/request-rekey.ts";
import type { JobProgress } from "../../../shared/domain/job/transcode-job.ts";
import { VIDEO_QUALITIES } from "../../../shared/domain/quality/quality.ts";
import { isUuid } from "../../../shared/lib/random-id.ts";
import type { Context } from "../../context.ts";
import { retryAfter } from "../../http/retry-after.ts";
import { contentSecurityPolicy } from "../../watch/content-security-policy.ts";
import { NoticePage, ProcessingPage } from "../../watch/notice-page.tsx";
import type { Page } from "../../watch/page-cache.ts";
import { WatchPage } from "../../watch/watch-page.tsx";
import { type WatchView, watchView } from "../../watch/watch-view.ts";

/** Maximum age of a cached page. */
const FRESH_MS = 5000;
/** Shorter while a video is processed: its page reloads itself and shows the progress. */
const WAITING_FRESH_MS = 1000;

type Deps = Pick<
  Context,
  "env" | "settings" | "now" | "issueLimit" | "watchPages" | "policyRule" | "posts" | "jobs" | "rekeys"
>;

/** `GET /watch/{videoPostId}/{fileIndex}`: a page without credentials that shows only public facts. */
export function watchRoutes(deps: Deps): Hono {
  const policy = contentSecurityPolicy(deps.settings.PLAYBACK_BASE_URL);
  const routes = new Hono();
  routes.use(async (c, next) => {
    await next();
    c.res.headers.set("content-security-policy", policy);
  });

  routes.get("/:videoPostId/:fileIndex{[0-9]{1,6}}", async (c) => {
    const { videoPostId, fileIndex } = c.req.param();
    // Every post has a UUID, so other ids need no look-up.
    if (!isUuid(videoPostId)) return c.html(UNKNOWN.html, UNKNOWN.status);
    const part = { videoPostId, fileIndex: Number(fileIndex) };
    const kept = deps.watchPages.get(part, deps.now());
    c.header("link", discoveryLink(c.req.url));
    if (kept !== null) return c.html(kept.html, kept.status);
    if (await deps.issueLimit.isBeyond({ kind: "page", request: c.req.raw })) {
      return c.html(CROWDED, 429, { "retry-after": retryAfter(Math.random()) });
    }
    const page = await newPage(deps, part);
    return c.html(page.html, page.status);
  });

  routes.get("*", (c) => c.html(UNKNOWN.html, UNKNOWN.status));
  return routes;
}

/** oEmbed 1.0, section 4: consumers find the description by it. */
function discoveryLink(url: string): string {
  const { origin, pathname } = new URL(url);
  const target = `${origin}/oembed?url=${encodeURIComponent(origin + pathname)}&format=json`;
  return `<${target}>; rel="alternate"; type="application/json+oembed"`;
}

type Part = { readonly videoPostId: string; readonly fileIndex: number };

async function newPage(deps: Deps, part: Part): Promise<Page> {
  const readAt = deps.now();
  const clearRule = deps.settings.ALLOW_CLEAR_PLAYBACK === "enabled" ? deps.policyRule : null;
  const view = watchView(await deps.posts.load(part.videoPostId), part.fileIndex, clearRule);
  const page = await pageOf(deps, part, view);
  if (view.kind === "waiting" && view.waitingFor === "request") {
    // Not kept: the request has just changed what the next page shows.
    await ask(deps, part);
    return page;
  }
  const isPassing = view.kind === "waiting" || (view.kind === "playable" && view.clear !== null);
  const freshMs = isPassing ? WAITING_FRESH_MS : FRESH_MS;
  deps.watchPages.put(part, page, freshMs, readAt);
  return page;
}

/** Opening the page of an imported part requests its re-key, as a token request does. */
async function ask(deps: Deps, part: Part): Promise<void> {
  const { settings, now } = deps;
  const subscriber = { kind: "viewer", id: "demo-subscriber", entitlements: [...VIDEO_QUALITIES] } as const;
  const viewer = settings.DEMO_VIEWERS === "enabled" ? subscriber : ({ kind: "anonymous" } as const);
  await requestRekeyToWatch(deps, part, { viewer, atMost: settings.MIGRATION_MAX_REQUESTED }, now());
}

async function pageOf(deps: Deps, part: Part, view: WatchView): Promise<Page> {
  switch (view.kind) {
    case "unknown":
      return UNKNOWN;
    case "deleted":
      return { status: 410, html: htmlOf(<NoticePage heading="Deleted" text="This video was deleted." />) };
    case "failed":
      return { status: 200, html: htmlOf(<FailedPage title={view.title} />) };
    case "cancelled":
      return { status: 200, html: htmlOf(<CancelledPage title={view.title} />) };
    case "waiting": {
      const progress = await liveProgress(deps, part.videoPostId, view.fileId);
      return { status: 200, html: htmlOf(<ProcessingPage {...view} progress={progress} />) };
    }
    case "playable": {
      const demoViewers = deps.settings.DEMO_VIEWERS === "enabled";
      return { status: 200, html: htmlOf(<WatchPage {...part} view={view} demoViewers={demoViewers} />) };
    }
    default:
      return view satisfies never;
  }
}

function FailedPage({ title }: { readonly title: string | null }) {
  const heading = title ?? "This video";
  return <NoticePage heading={heading} text="Processing failed. The uploader can see the reason." />;
}

function CancelledPage({ title }: { readonly title: string | null }) {
  const text = "The processing of this video was cancelled. It can be watched once it has been processed.";
  return <NoticePage heading={title ?? "This video"} text={text} />;
}

/** The latest progress of the part's running job; null if none runs. */
async function liveProgress(
  { jobs, env }: Pick<Context, "jobs" | "env">,
  videoPostId: string,
  fileId: string,
): Promise<JobProgress | null> {
  const found = await jobs.list({ videoPostId, state: "RUNNING", limit: 100 });
  const job = found.find((running) => running.fileId === fileId);
  if (job === undefined) return null;
  const { jobId, claimNo, progress } = job;
  return (await env.JOB_EVENTS.getByName(fileId).latest({ jobId, claimNo })) ?? progress;
}

function htmlOf(page: { toString(): string }): string {
  return `<!doctype html>${page}`;
}

const CROWDED = htmlOf(<NoticePage heading="Too many requests" text="Wait a moment, then load the page again." />);

const UNKNOWN: Page = {
  status: 404,
  html: htmlOf(<NoticePage heading="Not found" text="This video does not exist or is not public." />),
};
