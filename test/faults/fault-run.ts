import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bodyOf } from "../../client/index.ts";
import { type Stack, startStack } from "../e2e/stack.ts";
import { generateClip } from "../fixtures/media/generate-clip.ts";
import { type SeededRandom, seededRandom } from "../fixtures/seeded-random.ts";
import { cancelForGood, exposedKeys, startCancellations } from "./cancellations.ts";
import { startEmptyUploads } from "./empty-uploads.ts";
import type { FatePlan } from "./fates.ts";
import { type FaultProxy, startFaultProxy } from "./fault-proxy.ts";
import type { FaultRunReport } from "./fault-report.ts";
import { type LaunchFaults, type LaunchProxy, startLaunchProxy } from "./launch-proxy.ts";
import { type LaunchedRuns, startLaunchedRuns } from "./launched-runs.ts";
import { collectLeftovers } from "./leftovers.ts";
import { startOutages } from "./outages.ts";
import { inspect } from "./outcome.ts";
import { type Pace, startPace, startRhythm } from "./pace.ts";
import { createPost, KINDS, type Kind } from "./posts.ts";
import { quietViolations } from "./quiet-part.ts";
import { type RestlessProcessors, startRestlessProcessors } from "./restless-processors.ts";
import { hasEnded, untilSettled } from "./settling.ts";
import { startSourceServer } from "./source-server.ts";

/*
 * The fault run: posts of several kinds go through processors that are killed and paused at random, behind a network that
 * loses requests and replies and is at times away, with sources that break off. What must be true at its end is what
 * docs/reliability.md promises.
 */

type Seconds = readonly [from: number, to: number];

/** Two processors poll. */
type Polling = {
  readonly kind: "polling";
  /** Between two blows, kill -9 or pause, at one processor. */
  readonly blowEvery: Seconds;
  readonly leastBlows: number;
};

/** No processor polls: the Worker launches a run for each job. */
type Launched = {
  readonly kind: "launched";
  readonly launchFaults: LaunchFaults;
  /** Which runs are struck, and when in their work. */
  readonly blows: FatePlan;
  /** Share of the blows that are a pause. */
  readonly pauseShare: number;
  /** Until a launch whose run was killed before its claim is repeated. */
  readonly launchTimeoutSeconds: number;
};

export type FaultRunOptions = {
  readonly processors: Polling | Launched;
  readonly posts: number;
  readonly seed: number;
  readonly clipSeconds: number;
  readonly leaseSeconds: number;
  /** Between attempts, and between launches. */
  readonly longestWaitSeconds: number;
  /** Share of requests that meet a fault. */
  readonly faultRate: number;
  /** The faults do not end before each kind of the proxy's has happened so often. */
  readonly leastOfEachFault: number;
  /** The faults end after so many seconds, or when three quarters of the posts are through and enough blows were struck. */
  readonly calmAfterSeconds: number;
  /** Between two times in which the Worker is unavailable; null for none. */
  readonly outageEvery: Seconds | null;
  /** Between two cancellations, each of which is retried; null for none. */
  readonly cancelEvery: Seconds | null;
  /** Between two uploads of no bytes; null for none. */
  readonly emptyEvery: Seconds | null;
  /** Whether `ladderlock gc` must leave no object that no pointer names. */
  readonly collects: boolean;
  readonly say: (line: string) => void;
};

const FRAMES_PER_SECOND = 25;

/** Short lives, so that a run of minutes sees many of them. The relations are those of the defaults. */
const SETTINGS = { JOB_FIRST_BACKOFF_SECONDS: "1", JOB_MAX_ATTEMPTS: "40" };

export async function runFaults(options: FaultRunOptions): Promise<FaultRunReport> {
  const random = seededRandom(options.seed);
  const startedAt = Date.now();
  await using cleanup = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), "ladderlock-faults-"));
  cleanup.defer(() => rm(directory, { recursive: true, force: true }));
  const clip = join(directory, "clip.mp4");
  const seconds = options.clipSeconds;
  await generateClip({ path: clip, size: "640x360", frameRate: String(FRAMES_PER_SECOND), seconds, sound: true });
  const text = join(directory, "text.mp4");
  await writeFile(text, randomBytes(20_000).toString("base64"));

  const { processors: way } = options;
  const launches =
    way.kind === "launched" ? cleanup.use(await startLaunchProxy(random, way.launchTimeoutSeconds)) : null;
  const rules = {
    ...{ ...SETTINGS, JOB_LEASE_SECONDS: String(options.leaseSeconds) },
    JOB_LONGEST_BACKOFF_SECONDS: String(options.longestWaitSeconds),
  };
  const stack = await startStack({ processor: false, settings: { ...rules, ...launches?.settings } });
  cleanup.defer(() => stack.stop());
  const sources = await startSourceServer(clip, random, 0.5);
  cleanup.defer(() => sources.stop());
  const proxy = await startFaultProxy(stack.origin, random);
  cleanup.defer(() => proxy.stop());

  const posts: { videoPostId: string; kind: Kind }[] = [];
  const add = async (kind: Kind) => {
    const inputs = { clip, text, url: (name: string) => sources.url(name) };
    posts.push({ kind, videoPostId: await createPost(stack, kind, posts.length, inputs) });
  };
  for (let n = 0; n < options.posts; n++) await add(KINDS[n % KINDS.length] ?? "upload");
  options.say(`${posts.length} posts are waiting`);
  await cancelForGood(
    stack,
    posts.filter(({ kind }) => kind === "cancelled").map(({ videoPostId }) => videoPostId),
  );

  const pace = startPace(random);
  const observe = sayingChanges(options.say, pace);
  proxy.setRate(options.faultRate);
  const chaos = { options, random, pace };
  const settings = { HEARTBEAT_SECONDS: "1", SOURCE_ALLOW_HOSTS: sources.host };
  const blows = await startProcessors(stack, proxy, launches, settings, chaos);
  const { processors, runs } = blows;
  cleanup.defer(() => processors.stop());
  if (launches !== null) cleanup.defer(startScans(stack).stop);
  const { outageEvery, cancelEvery, emptyEvery } = options;
  const outages = outageEvery && startOutages(stack, proxy, random, pace, outageEvery);
  const cancellations = cancelEvery && startCancellations(stack, random, pace, cancelEvery);
  const emptyUploads = emptyEvery && (await startEmptyUploads(stack, directory, pace, emptyEvery));
  const missing = () => [
    ...blows.missing(),
    ...(emptyUploads && emptyUploads.refused() < 2 ? ["empty uploads"] : []),
    ...Object.entries(launches?.counts ?? {}).flatMap(([kind, count]) => (count === 0 ? [`launches ${kind}`] : [])),
    ...Object.entries(proxy.counts).flatMap(([kind, count]) => (count < options.leastOfEachFault ? [kind] : [])),
  ];
  // Without a job nothing is launched, and no further fault occurs.
  const supply = startRhythm(
    () => 2000,
    async () => {
      if (runs === null || missing().length === 0) return;
      const { items } = bodyOf(await stack.client.listVideoPosts({ query: { limit: "100" } }));
      if (!items.every(({ status }) => hasEnded(status))) return;
      options.say(`another post, because these are missing: ${missing().join(", ")}`);
      await add("upload");
    },
  );
  const firstPosts = untilSettled(stack, {
    wanted: posts.length * 0.75,
    enough: () => missing().length === 0,
    deadline: Date.now() + 1000 * options.calmAfterSeconds,
    observe,
  });
  const others = [cancellations?.broken, emptyUploads?.broken, runs?.broken].filter((one) => one !== undefined);
  await Promise.race([firstPosts, supply.broken, ...others]);
  await Promise.all([supply.stop(), cancellations?.calm(), emptyUploads?.stop(), outages?.stop()]);
  const tooFew = missing();
  // After the faults it must come to rest by itself.
  proxy.setRate(0);
  launches?.setFaults(null);
  processors.calm();
  await untilSettled(stack, { wanted: posts.length, deadline: "stuck", observe });

  const outcome = await inspect(stack, posts, FRAMES_PER_SECOND * seconds);
  const quiet = launches === null || runs === null ? [] : await quietViolations(stack, clip, launches, runs);
  const leftovers = options.collects ? await collectLeftovers(stack) : null;
  return {
    seed: options.seed,
    posts: posts.length,
    kinds: countKinds(posts),
    seconds: Math.round((Date.now() - startedAt) / 1000),
    ...outcome,
    kills: processors.kills(),
    pauses: processors.pauses(),
    outages: outages?.count() ?? 0,
    connectionsCut: outages?.connectionsCut() ?? 0,
    downloadsCut: sources.cuts(),
    cancelled: cancellations?.cancelled() ?? 0,
    retried: cancellations?.retried() ?? 0,
    emptyUploadsRefused: emptyUploads?.refused() ?? 0,
    requests: proxy.requests(),
    launches: launches &&
      runs && {
        ...{ total: launches.launched.length, faults: launches.counts },
        ...{ struck: runs.struck(), killedAt: await runs.killedAt() },
      },
    faults: proxy.counts,
    slowness: pace.slowness(),
    garbageObjects: leftovers?.before ?? null,
    violations: [
      ...tooFew.map((what) => `too few: ${what}`),
      ...outcome.violations,
      ...quiet,
      ...(await exposedKeys(stack)),
      ...(leftovers?.after ?? []).map((key) => `no pointer names ${key}`),
      ...proxy.overwritten().map((key) => `overwritten with other bytes: ${key}`),
    ],
  };
}

type Chaos = { readonly options: FaultRunOptions; readonly random: SeededRandom; readonly pace: Pace };

type Blows = {
  readonly processors: RestlessProcessors;
  /** Null where processors poll. */
  readonly runs: LaunchedRuns | null;
  /** Which blows have not been struck often enough. */
  missing(): string[];
};

async function startProcessors(
  stack: Stack,
  proxy: FaultProxy,
  launches: LaunchProxy | null,
  settings: Record<string, string>,
  { options: { processors: way, leaseSeconds }, random, pace }: Chaos,
): Promise<Blows> {
  const pauseSeconds = 1.5 * leaseSeconds;
  if (way.kind === "launched" && launches !== null) {
    launches.setFaults(way.launchFaults);
    const { blows, pauseShare } = way;
    const runs = await startLaunchedRuns(stack, proxy, settings, launches, {
      ...{ ...blows, random, pauseShare, pauseSeconds },
    });
    return { processors: runs, runs, missing: runs.missing };
  }
  if (way.kind !== "polling") throw new Error("runs are launched through the proxy of launches");
  const deployment = { origin: proxy.origin, databaseUrl: stack.databaseUrl };
  const restlessness = { count: 2, killEvery: way.blowEvery, pauseShare: 0.2, pauseSeconds };
  // Their scan takes the place of the Cron Trigger.
  const polling = { ...settings, SCAN_CRON: "*/2 * * * * *" };
  const processors = await startRestlessProcessors(deployment, polling, random, pace, restlessness);
  const struck = () => processors.kills() + processors.pauses();
  return { processors, runs: null, missing: () => (struck() < way.leastBlows ? ["blows"] : []) };
}

/** Where nothing polls, the Cron Trigger alone scans. What of it fails, the next one repeats. */
function startScans(stack: Stack) {
  return startRhythm(
    () => 1000,
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
