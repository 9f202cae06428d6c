import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decoded } from "../e2e/run-program.ts";
import { type Stack, startStack } from "../e2e/stack.ts";
import { generateClip } from "../fixtures/media/generate-clip.ts";
import { cancelForGood, exposedKeys, startCancellations } from "./cancellations.ts";
import { type FaultProxy, startFaultProxy } from "./fault-proxy.ts";
import { collectLeftovers } from "./leftovers.ts";
import { createPost, KINDS, type Kind, refuseEmptyUpload } from "./posts.ts";
import { startRestlessProcessors } from "./restless-processors.ts";
import { between, type SeededRandom, seededRandom } from "./seeded-random.ts";
import { startSourceServer } from "./source-server.ts";

/*
 * The fault run: posts of several kinds go through two processors that are killed and paused at random, behind a
 * network that loses requests and replies and is at times away, with sources that break off. What must be true at its
 * end is what docs/reliability.md promises.
 */

export type FaultRunOptions = {
  readonly posts: number;
  readonly seed: number;
  /** Share of requests that meet a fault. */
  readonly faultRate: number;
  /** The faults end after so many seconds, or when three quarters of the posts are through and enough blows were struck. */
  readonly calmAfterSeconds: number;
  /** Seconds between two blows, kill -9 or pause, at one processor. */
  readonly blowEvery: readonly [number, number];
  readonly leastBlows: number;
  /** Seconds between two cancellations, each of which is retried. */
  readonly cancelEvery: readonly [number, number];
  readonly say: (line: string) => void;
};

export type FaultRunReport = {
  readonly seed: number;
  readonly posts: number;
  readonly seconds: number;
  readonly published: number;
  readonly failed: Record<string, number>;
  readonly attempts: { readonly total: number; readonly most: number };
  readonly kills: number;
  readonly pauses: number;
  readonly outages: number;
  readonly downloadsCut: number;
  readonly cancelled: number;
  readonly retried: number;
  readonly requests: number;
  readonly faults: FaultProxy["counts"];
  /** Objects that no pointer named before the garbage collection; none may be left after it. */
  readonly garbageObjects: number;
  /** Everything that must be empty. */
  readonly violations: readonly string[];
};

const CLIP_SECONDS = 8;
const FRAMES = CLIP_SECONDS * 25;

/** Short lives, so that a run of minutes sees many of them. The relations are those of the defaults. */
const SETTINGS = {
  JOB_LEASE_SECONDS: "6",
  JOB_FIRST_BACKOFF_SECONDS: "1",
  JOB_LONGEST_BACKOFF_SECONDS: "4",
  JOB_MAX_ATTEMPTS: "40",
};

export async function runFaults(options: FaultRunOptions): Promise<FaultRunReport> {
  const random = seededRandom(options.seed);
  const startedAt = Date.now();
  await using cleanup = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), "ladderlock-faults-"));
  cleanup.defer(() => rm(directory, { recursive: true, force: true }));
  const clip = join(directory, "clip.mp4");
  await generateClip({ path: clip, size: "640x360", frameRate: "25", seconds: CLIP_SECONDS, sound: true });
  const text = join(directory, "text.mp4");
  await writeFile(text, randomBytes(20_000).toString("base64"));

  const stack = await startStack({ processor: false, settings: SETTINGS });
  cleanup.defer(() => stack.stop());
  const sources = await startSourceServer(clip, random, 0.5);
  cleanup.defer(() => sources.stop());
  const proxy = await startFaultProxy(stack.origin, random);
  cleanup.defer(() => proxy.stop());

  const posts: { videoPostId: string; kind: Kind }[] = [];
  for (let n = 0; n < options.posts; n++) {
    const kind = KINDS[n % KINDS.length] ?? "upload";
    posts.push({
      kind,
      videoPostId: await createPost(stack, kind, n, { clip, text, url: (name) => sources.url(name) }),
    });
  }
  options.say(`${posts.length} posts are waiting`);
  await refuseEmptyUpload(stack, directory);
  await cancelForGood(
    stack,
    posts.filter(({ kind }) => kind === "cancelled").map(({ videoPostId }) => videoPostId),
  );

  proxy.setRate(options.faultRate);
  const processors = await startRestlessProcessors(
    proxy.origin,
    {
      HEARTBEAT_SECONDS: "1",
      SOURCE_ALLOW_HOSTS: sources.host,
      SCAN_CRON: "*/2 * * * * *",
      MAX_DOWNLOAD_SECONDS: "60",
    },
    random,
    { count: 2, killEvery: options.blowEvery, pauseShare: 0.2, pauseSeconds: 9 },
  );
  cleanup.defer(() => processors.stop());
  const outages = startOutages(proxy, random);
  const cancellations = startCancellations(stack, random, options.cancelEvery);
  const deadline = Date.now() + 60_000 + posts.length * 25_000;
  const enoughBlows = () => processors.kills() + processors.pauses() >= options.leastBlows;
  await untilSettled(
    stack,
    posts.length * 0.75,
    Date.now() + 1000 * options.calmAfterSeconds,
    options.say,
    enoughBlows,
  );
  await cancellations.calm();
  // After the faults it must come to rest by itself.
  outages.stop();
  proxy.setRate(0);
  processors.calm();
  await untilSettled(stack, posts.length, deadline, options.say);

  const outcome = await inspect(stack, posts);
  const leftovers = await collectLeftovers(stack);
  const { counts } = proxy;
  return {
    seed: options.seed,
    posts: posts.length,
    seconds: Math.round((Date.now() - startedAt) / 1000),
    ...outcome,
    kills: processors.kills(),
    pauses: processors.pauses(),
    outages: outages.count(),
    downloadsCut: sources.cuts(),
    cancelled: cancellations.cancelled(),
    retried: cancellations.retried(),
    requests: proxy.requests(),
    faults: counts,
    garbageObjects: leftovers.before,
    violations: [
      ...outcome.violations,
      ...(await exposedKeys(stack)),
      ...leftovers.after.map((key) => `no pointer names ${key}`),
      ...proxy.overwritten().map((key) => `overwritten with other bytes: ${key}`),
    ],
  };
}

function startOutages(proxy: FaultProxy, random: SeededRandom): { stop(): void; count(): number } {
  let count = 0;
  let timer: NodeJS.Timeout;
  const next = () => {
    timer = setTimeout(
      () => {
        count++;
        proxy.setAway(true);
        timer = setTimeout(
          () => {
            proxy.setAway(false);
            next();
          },
          1000 * between(random, 1, 8),
        );
      },
      1000 * between(random, 8, 25),
    );
  };
  next();
  return {
    count: () => count,
    stop: () => {
      clearTimeout(timer);
      proxy.setAway(false);
    },
  };
}

type PostSummary = { videoPostId: string; status: string };

async function untilSettled(
  stack: Stack,
  wanted: number,
  deadline: number,
  say: (line: string) => void,
  enough: () => boolean = () => true,
): Promise<void> {
  let last = -1;
  for (;;) {
    const { videoPosts } = (await (await stack.admin("GET", "/api/v2/video-posts")).json()) as {
      videoPosts: PostSummary[];
    };
    const settled = videoPosts.filter(({ status }) => /PUBLISHED|TRANSCODE_FAILED|CANCELLED/.test(status)).length;
    if (settled !== last) say(`${settled} of ${videoPosts.length} have ended`);
    last = settled;
    if ((settled >= wanted && enough()) || Date.now() > deadline) return;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

type Job = { kind: string; state: string; claimNo: number; failReason: string | null };

async function inspect(stack: Stack, posts: readonly { videoPostId: string; kind: Kind }[]) {
  const violations: string[] = [];
  const failed: Record<string, number> = {};
  const attempts: number[] = [];
  let published = 0;
  for (const { videoPostId, kind } of posts) {
    const { status, files } = (await (await stack.admin("GET", `/api/v2/video-posts/${videoPostId}`)).json()) as {
      status: string;
      files: { failReason: string | null }[];
    };
    const jobs = (
      (await (await stack.admin("GET", `/api/v2/jobs?videoPostId=${videoPostId}`)).json()) as { jobs: Job[] }
    ).jobs;
    attempts.push(...jobs.map(({ claimNo }) => claimNo));
    violations.push(...jobViolations(videoPostId, status, jobs));
    if ((kind === "cancelled") !== (status === "PROCESSING_CANCELLED")) {
      violations.push(`${kind} ${videoPostId} ended ${status}`);
    }
    const succeeds = kind === "upload" || kind === "url";
    if (status === "PUBLISHED") {
      published++;
      violations.push(...(await playbackViolations(stack, videoPostId)));
    } else if (status === "TRANSCODE_FAILED") {
      const reason = files[0]?.failReason ?? "no reason";
      failed[reason] = (failed[reason] ?? 0) + 1;
    }
    if (succeeds !== (status === "PUBLISHED"))
      violations.push(`${kind} ${videoPostId} ended ${status}: ${files[0]?.failReason}`);
  }
  return {
    published,
    failed,
    violations,
    attempts: { total: attempts.reduce((a, b) => a + b, 0), most: Math.max(...attempts) },
  };
}

/** Every job has ended, and what was published was published once. */
function jobViolations(videoPostId: string, status: string, jobs: readonly Job[]): string[] {
  const live = jobs.filter(({ state }) => !["SUCCEEDED", "FAILED", "CANCELLED"].includes(state));
  const succeeded = (kind: string) => jobs.filter((job) => job.kind === kind && job.state === "SUCCEEDED").length;
  const expected = status === "PUBLISHED" ? 1 : 0;
  return [
    ...live.map(({ kind, state }) => `${videoPostId} has a ${kind} job that is ${state}`),
    ...["TRANSCODE", "ENCRYPT"]
      .filter((kind) => succeeded(kind) !== expected)
      .map((kind) => `${videoPostId} (${status}) has ${succeeded(kind)} ${kind} jobs that succeeded`),
  ];
}

async function playbackViolations(stack: Stack, videoPostId: string): Promise<string[]> {
  const { masterUrl } = await stack.token("/admin/video/enc/token", { videoPostId, fileIndex: 0 });
  try {
    const { frames } = await decoded(stack.origin + masterUrl, "0:v:0");
    return frames === FRAMES ? [] : [`${videoPostId} decodes to ${frames} frames instead of ${FRAMES}`];
  } catch (error) {
    return [`${videoPostId} does not decode: ${(error as Error).message}`];
  }
}
