import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Deployment } from "../e2e/processor-process.ts";
import { type Stack, startStack } from "../e2e/stack.ts";
import { generateClip } from "../fixtures/media/generate-clip.ts";
import { between, type SeededRandom, seededRandom } from "../fixtures/seeded-random.ts";
import { cancelForGood, exposedKeys, startCancellations } from "./cancellations.ts";
import { cutConnections } from "./cut-connections.ts";
import { startEmptyUploads } from "./empty-uploads.ts";
import { type FaultProxy, startFaultProxy } from "./fault-proxy.ts";
import { type LaunchProxy, startLaunchProxy } from "./launch-proxy.ts";
import { startLaunchedRuns } from "./launched-runs.ts";
import { collectLeftovers } from "./leftovers.ts";
import { inspect } from "./outcome.ts";
import { type Pace, sleep, startPace, startRhythm } from "./pace.ts";
import { createPost, KINDS, type Kind } from "./posts.ts";
import { quietViolations } from "./quiet-part.ts";
import { type Restlessness, startRestlessProcessors } from "./restless-processors.ts";
import { untilSettled } from "./settling.ts";
import { startSourceServer } from "./source-server.ts";

/*
 * The fault run: posts of several kinds go through two processors that are killed and paused at random, behind a
 * network that loses requests and replies and is at times away, with sources that break off. What must be true at its
 * end is what docs/reliability.md promises.
 */

export type FaultRunOptions = {
  /** Whether processors poll, or the Worker launches a run for each job. */
  readonly launcher: "none" | "local";
  readonly posts: number;
  readonly seed: number;
  /** Share of requests that meet a fault. */
  readonly faultRate: number;
  /** The faults end after so many seconds, or when three quarters of the posts are through and enough blows were struck. */
  readonly calmAfterSeconds: number;
  /** Seconds between two blows, kill -9 or pause, at one processor. */
  readonly blowEvery: readonly [number, number];
  readonly leastBlows: number;
  /** The faults do not end before each kind of the proxy's has happened so often. */
  readonly leastOfEachFault: number;
  /** Share of launches that meet a fault; each kind happens at least once. */
  readonly launchFaultRate: number;
  /** Seconds between two cancellations, each of which is retried. */
  readonly cancelEvery: readonly [number, number];
  /** Seconds between two uploads of no bytes. */
  readonly emptyEvery: readonly [number, number];
  readonly say: (line: string) => void;
};

export type FaultRunReport = {
  readonly seed: number;
  readonly posts: number;
  readonly kinds: Partial<Record<Kind, number>>;
  readonly seconds: number;
  readonly published: number;
  readonly failed: Record<string, number>;
  readonly attempts: { readonly total: number; readonly most: number };
  readonly kills: number;
  readonly pauses: number;
  readonly outages: number;
  /** Of the processors to Postgres, in the middle of whatever they did. */
  readonly connectionsCut: number;
  readonly downloadsCut: number;
  readonly cancelled: number;
  readonly retried: number;
  readonly emptyUploadsRefused: number;
  readonly requests: number;
  /** Null without a launcher. */
  readonly launches: { readonly total: number; readonly faults: LaunchProxy["counts"] } | null;
  readonly faults: FaultProxy["counts"];
  /** By how much the distances between blows were stretched for this machine; 1 where it kept up. */
  readonly slowness: number;
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

  const launches = options.launcher === "local" ? cleanup.use(await startLaunchProxy(random)) : null;
  const stack = await startStack({ processor: false, settings: { ...SETTINGS, ...launches?.settings } });
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
  await cancelForGood(
    stack,
    posts.filter(({ kind }) => kind === "cancelled").map(({ videoPostId }) => videoPostId),
  );

  const pace = startPace(random);
  const observe = sayingChanges(options.say, pace);
  proxy.setRate(options.faultRate);
  launches?.setRate(options.launchFaultRate);
  const settings = { HEARTBEAT_SECONDS: "1", SOURCE_ALLOW_HOSTS: sources.host };
  const restlessness = { count: 2, killEvery: options.blowEvery, pauseShare: 0.2, pauseSeconds: 9 };
  const deployment = { origin: proxy.origin, databaseUrl: stack.databaseUrl };
  const runs =
    launches === null
      ? null
      : await startLaunchedRuns(deployment, settings, launches, { random, pace, ...restlessness });
  const processors = runs ?? (await startPolling(deployment, settings, random, pace, restlessness));
  cleanup.defer(() => processors.stop());
  if (launches !== null) cleanup.defer(startScans(stack).stop);
  const outages = startOutages(stack, proxy, random, pace);
  const cancellations = startCancellations(stack, random, pace, options.cancelEvery);
  const emptyUploads = await startEmptyUploads(stack, directory, pace, options.emptyEvery);
  const missing = () => [
    ...(processors.kills() + processors.pauses() < options.leastBlows ? ["blows"] : []),
    ...(emptyUploads.refused() < 2 ? ["empty uploads"] : []),
    ...Object.entries(launches?.counts ?? {}).flatMap(([kind, count]) => (count === 0 ? [`launches ${kind}`] : [])),
    ...Object.entries(proxy.counts).flatMap(([kind, count]) => (count < options.leastOfEachFault ? [kind] : [])),
  ];
  const firstPosts = untilSettled(stack, {
    wanted: posts.length * 0.75,
    enough: () => missing().length === 0,
    deadline: Date.now() + 1000 * options.calmAfterSeconds,
    observe,
  });
  await Promise.race([firstPosts, cancellations.broken, emptyUploads.broken]);
  await Promise.all([cancellations.calm(), emptyUploads.stop(), outages.stop()]);
  const tooFew = missing();
  // After the faults it must come to rest by itself.
  proxy.setRate(0);
  launches?.setRate(0);
  processors.calm();
  await untilSettled(stack, { wanted: posts.length, deadline: "stuck", observe });

  const outcome = await inspect(stack, posts, FRAMES);
  const quiet = launches === null || runs === null ? [] : await quietViolations(stack, clip, launches, runs);
  const leftovers = await collectLeftovers(stack);
  const { counts } = proxy;
  return {
    seed: options.seed,
    posts: posts.length,
    kinds: countKinds(posts),
    seconds: Math.round((Date.now() - startedAt) / 1000),
    ...outcome,
    kills: processors.kills(),
    pauses: processors.pauses(),
    outages: outages.count(),
    connectionsCut: outages.connectionsCut(),
    downloadsCut: sources.cuts(),
    cancelled: cancellations.cancelled(),
    retried: cancellations.retried(),
    emptyUploadsRefused: emptyUploads.refused(),
    requests: proxy.requests(),
    launches: launches && { total: launches.launched.length, faults: launches.counts },
    faults: counts,
    slowness: pace.slowness(),
    garbageObjects: leftovers.before,
    violations: [
      ...tooFew.map((what) => `too few: ${what}`),
      ...outcome.violations,
      ...quiet,
      ...(await exposedKeys(stack)),
      ...leftovers.after.map((key) => `no pointer names ${key}`),
      ...proxy.overwritten().map((key) => `overwritten with other bytes: ${key}`),
    ],
  };
}

/** Their scan takes the place of the Cron Trigger. */
function startPolling(
  deployment: Deployment,
  settings: Record<string, string>,
  random: SeededRandom,
  pace: Pace,
  restlessness: Restlessness,
) {
  return startRestlessProcessors(deployment, { ...settings, SCAN_CRON: "*/2 * * * * *" }, random, pace, restlessness);
}

/** Where nothing polls, the Cron Trigger alone scans. What of it fails, the next one repeats. */
function startScans(stack: Stack) {
  return startRhythm(
    () => 2000,
    () => stack.scheduled().catch(() => {}),
  );
}

function countKinds(posts: readonly { kind: Kind }[]): Partial<Record<Kind, number>> {
  const counts: Partial<Record<Kind, number>> = {};
  for (const { kind } of posts) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

function sayingChanges(say: (line: string) => void, pace: Pace): (ended: number, all: number) => void {
  let last = -1;
  return (ended, all) => {
    if (ended < all) pace.observe(ended);
    if (ended !== last) say(`${ended} of ${all} have ended`);
    last = ended;
  };
}

type Outages = { stop(): Promise<void>; readonly count: () => number; readonly connectionsCut: () => number };

function startOutages({ databaseUrl }: Stack, proxy: FaultProxy, random: SeededRandom, pace: Pace): Outages {
  let count = 0;
  let connectionsCut = 0;
  const rhythm = startRhythm(
    () => pace.draw([8, 25]),
    async (signal) => {
      count++;
      proxy.setAway(true);
      if (databaseUrl !== null) connectionsCut += await cutConnections(databaseUrl);
      await sleep(1000 * between(random, 1, 8), signal);
      proxy.setAway(false);
    },
  );
  return { count: () => count, connectionsCut: () => connectionsCut, stop: rhythm.stop };
}
