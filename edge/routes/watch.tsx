import { Hono } from "hono";
import { requestVideoMigrationToWatch } from "../../shared/application/commands/request-video-migration.ts";
import { VIDEO_QUALITIES } from "../../shared/domain/quality.ts";
import type { JobProgress } from "../../shared/domain/transcode-job.ts";
import type { Context } from "../context.ts";
import { contentSecurityPolicy } from "../watch/content-security-policy.ts";
import { NoticePage, ProcessingPage } from "../watch/notice-page.tsx";
import { WatchPage } from "../watch/watch-page.tsx";
import { type WatchView, watchView } from "../watch/watch-view.ts";

type Page = { readonly status: 200 | 404 | 410; readonly html: string };

/** `GET /watch/{videoPostId}/{fileIndex}`: a page for people, without credentials. It shows what anybody may know. */
export function watchRoutes(context: Context): Hono {
  const policy = contentSecurityPolicy(context.settings.PLAYBACK_BASE_URL);
  const routes = new Hono();
  routes.use(async (c, next) => {
    await next();
    c.res.headers.set("content-security-policy", policy);
  });

  routes.get("/:videoPostId/:fileIndex{[0-9]{1,6}}", async (c) => {
    const { videoPostId, fileIndex } = c.req.param();
    const view = watchView(await context.posts.load(videoPostId), Number(fileIndex));
    if (view.kind === "waiting" && view.waitingFor === "request") await ask(context, videoPostId, Number(fileIndex));
    const page = await pageOf(context, { videoPostId, fileIndex: Number(fileIndex) }, view);
    return c.html(page.html, page.status);
  });

  routes.get("*", (c) => c.html(UNKNOWN.html, UNKNOWN.status));
  return routes;
}

/** Whoever opens the page of an imported part wants to watch it, as somebody does who asks for a token. */
async function ask({ posts, settings, now }: Context, videoPostId: string, fileIndex: number): Promise<void> {
  const subscriber = { kind: "viewer", id: "demo-subscriber", entitlements: [...VIDEO_QUALITIES] } as const;
  const viewer = settings.DEMO_VIEWERS === "enabled" ? subscriber : ({ kind: "anonymous" } as const);
  await requestVideoMigrationToWatch(posts, { videoPostId, fileIndex }, viewer, now());
}

async function pageOf(
  context: Context,
  part: { videoPostId: string; fileIndex: number },
  view: WatchView,
): Promise<Page> {
  switch (view.kind) {
    case "unknown":
      return UNKNOWN;
    case "deleted":
      return { status: 410, html: htmlOf(<NoticePage heading="Deleted" text="This video was deleted." />) };
    case "failed":
      return { status: 200, html: htmlOf(<FailedPage title={view.title} />) };
    case "waiting": {
      const progress = await liveProgress(context, part.videoPostId, view.fileId);
      return { status: 200, html: htmlOf(<ProcessingPage {...view} progress={progress} />) };
    }
    case "playable": {
      const demoViewers = context.settings.DEMO_VIEWERS === "enabled";
      return { status: 200, html: htmlOf(<WatchPage {...part} view={view} demoViewers={demoViewers} />) };
    }
    default:
      return view satisfies never;
  }
}

function FailedPage({ title }: { readonly title: string | null }) {
  const heading = title ?? "This video";
  return <NoticePage heading={heading} text="This video could not be made. Whoever uploaded it can see why." />;
}

/** What the job at work on this part reported last; null when none is at work. */
async function liveProgress({ jobs, env }: Context, videoPostId: string, fileId: string): Promise<JobProgress | null> {
  const found = await jobs.list({ videoPostId, state: "RUNNING", limit: 100 });
  const job = found.find((running) => running.fileId === fileId);
  if (job === undefined) return null;
  return (await env.JOB_EVENTS.getByName(job.jobId).latest()) ?? job.progress;
}

function htmlOf(page: { toString(): string }): string {
  return `<!doctype html>${page}`;
}

const UNKNOWN: Page = {
  status: 404,
  html: htmlOf(<NoticePage heading="Not found" text="There is no such video, or it is not public." />),
};
