import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bodyOf, createClient, type RotationBatchWithProgress } from "../../client/index.ts";
import { startPace } from "../faults/pace.ts";
import { type RestlessProcessors, startRestlessProcessors } from "../faults/restless-processors.ts";
import { seededRandom } from "../fixtures/seeded-random.ts";
import { decoded } from "./decoded.ts";
import { type KillableWorker, startKillableWorker } from "./killable-worker.ts";
import { startProcessor } from "./processor-process.ts";
import { type Buckets, createReadyPost, makeRendition, openBuckets } from "./ready-posts.ts";
import { TEST_SECRETS } from "./test-secrets.ts";

/*
 * A batch of posts (8; 20 with LONG_TESTS=1), rotated by two processors that are killed -9 again and again, on a Worker that is killed -9 in the
 * middle: everything continues where it was.
 */

const SEED = Number(process.env.FAULT_SEED ?? 1);
const POSTS = process.env.LONG_TESTS === "1" ? 20 : 8;
const SECONDS = 2;
const QUALITIES = ["480p", "360p"] as const;
/** Segments and a playlist of each quality. */
const CLEAR_OBJECTS = QUALITIES.length * (SECONDS + 1);

/** Short lives, so that a run of seconds sees many of them. The relations are those of the defaults. */
const WORKER = {
  ...{
    JOB_LEASE_SECONDS: "4",
    JOB_FIRST_BACKOFF_SECONDS: "1",
    JOB_LONGEST_BACKOFF_SECONDS: "2",
    JOB_MAX_ATTEMPTS: "40",
  },
};
const PROCESSOR = { HEARTBEAT_SECONDS: "1", SCAN_CRON: "* * * * * *", POLL_SECONDS: "0.2" };
/** What takes seconds here may take minutes on a machine that is busy with other things. */
const SLOW = { timeout: 900_000 };
const REACHED_WITHIN_MS = 300_000;
const OPERATOR = { ADMIN_API_KEY: TEST_SECRETS.ADMIN_API_KEY };

let directory: string;
let worker: KillableWorker;
let buckets: Buckets;
let posts: string[];
let processors: RestlessProcessors | undefined;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ladderlock-rotation-"));
  worker = await startKillableWorker(() => WORKER);
  buckets = openBuckets(worker.origin);
  const rendition = await makeRendition(directory, SECONDS);
  const ladder = QUALITIES.map((quality) => ({ quality, ...rendition }));
  posts = await Promise.all(Array.from({ length: POSTS }, () => createReadyPost(worker.origin, buckets, ladder)));
  const first = await Promise.all([0, 1].map(() => startProcessor(worker, PROCESSOR)));
  await until(areAllPublished);
  await Promise.all(first.map((processor) => processor.stop()));
}, SLOW.timeout);

afterAll(async () => {
  await processors?.stop();
  buckets?.close();
  await worker?.stop();
  await rm(directory, { recursive: true, force: true });
});

/** Comes back after a while in any case: what follows says what is missing. */
async function until(reached: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + REACHED_WITHIN_MS;
  while (Date.now() < deadline && !(await reached())) await new Promise((resolve) => setTimeout(resolve, 500));
}

const client = () => createClient({ baseUrl: worker.origin, token: TEST_SECRETS.ADMIN_API_KEY });

/** One request, since the Worker shares the processors with what it waits for. */
async function areAllPublished(): Promise<boolean> {
  return bodyOf(await client().listVideoPosts({ query: { status: "PUBLISHED", limit: "100" } })).items.length === POSTS;
}

async function keyVersions(): Promise<(number | null)[]> {
  const read = async (videoPostId: string) => bodyOf(await client().getVideoPost({ params: { videoPostId } }));
  const found = await Promise.all(posts.map(read));
  return found.map(({ files }) => files[0]!.keyVersion);
}

/** What an operator's command prints. */
async function operator(...args: string[]): Promise<{ code: number | null; log: string }> {
  const running = await startProcessor(worker, OPERATOR, args);
  const code = await running.exit;
  const log = await running.log();
  await running.stop();
  return { code, log };
}

const progressOf = async (batchId: string) => bodyOf(await client().getRotation({ params: { batchId } })).progress;

/** How often the rotation of each post was claimed. */
async function claimsOfRotations(): Promise<number[]> {
  const { jobs } = bodyOf(await client().listJobs({ query: { kind: "ENCRYPT", limit: "100" } }));
  return posts.map((videoPostId) => {
    const [last = 0, first = last] = jobs
      .filter((job) => job.videoPostId === videoPostId)
      .map(({ claimNo }) => claimNo)
      .toSorted((a, b) => b - a);
    return last - first;
  });
}

const objectsIn = async (bucket: keyof Pick<Buckets, "source" | "playback">) =>
  (await buckets[bucket].list("", new AbortController().signal)).map(({ key }) => key);

it("comes to its end through kill -9 of its processors and of the Worker, and loses nothing", SLOW, async () => {
  expect(await keyVersions()).toEqual(posts.map(() => 1));
  const started = await operator("rotate", "--all", "--in-flight", "4", "--grace", "0", "--json");
  expect(started.code).toBe(0);
  const { batchId } = JSON.parse(started.log) as RotationBatchWithProgress;
  const restless = { count: 2, killEvery: [3, 7], pauseShare: 0.15, pauseSeconds: 5 } as const;
  const random = seededRandom(SEED);
  const pace = startPace(random);
  processors = await startRestlessProcessors(worker, PROCESSOR, random, pace, restless);
  const watching = operator("rotate", "watch", batchId);
  const progress = async () => {
    const found = await progressOf(batchId);
    pace.observe(found.succeeded);
    return found;
  };
  await until(async () => (await progress()).succeeded > 2 && processors!.kills() > 0);
  expect((await progressOf(batchId)).percent).toBeLessThan(100);
  await worker.killAndRestart();
  // A kill may strike a processor that has no job, above all on a busy machine, where processors start slowly.
  const isOneRepeated = async () => processors!.kills() > 3 && Math.max(...(await claimsOfRotations())) > 1;
  await until(async () => (await progress()).percent === 100 || (await isOneRepeated()));
  expect(processors.kills() + processors.pauses()).toBeGreaterThan(1);
  processors.calm();
  const watched = await watching;

  expect([watched.code, watched.log.split("\n").at(-2)]).toEqual([0, `DONE: ${POSTS} rotated, 0 failed, 0 skipped.`]);
  expect(await keyVersions()).toEqual(posts.map(() => 2));
  const page = bodyOf(await client().listRotationItems({ params: { batchId } }));
  const { items } = page as Exclude<typeof page, Response>;
  expect(items.map(({ videoPostId }) => videoPostId).toSorted()).toEqual(posts.toSorted());
  expect(items.every(({ state, toKeyVersion }) => state === "SUCCEEDED" && toKeyVersion === 2)).toBe(true);
});

it("has rotated each part once, by one job that succeeded, some of them after a kill", async () => {
  for (const videoPostId of posts) {
    const { jobs } = bodyOf(await client().listJobs({ query: { videoPostId } }));
    expect(
      jobs.map(({ kind, state }) => `${kind} ${state}`),
      videoPostId,
    ).toEqual(["ENCRYPT SUCCEEDED", "ENCRYPT SUCCEEDED", "TRANSCODE SUCCEEDED"]);
  }
  expect(Math.max(...(await claimsOfRotations())), `seed ${SEED}`).toBeGreaterThan(1);
});

it("leaves nothing but the clear renditions and the new version, after the garbage collection", SLOW, async () => {
  const collect = async () => {
    const collection = await startProcessor(worker, { GC_MIN_AGE_HOURS: "0" }, ["gc"]);
    expect(await collection.exit).toBe(0);
    await collection.stop();
  };
  await collect();
  const isOfVersion1 = (key: string) => /\/enc\/k1-c\d+\//.test(key);
  await expect
    .poll(() => objectsIn("playback"), { timeout: 120_000, interval: 1000 })
    .toHaveLength(POSTS * QUALITIES.length * SECONDS);
  await expect
    .poll(() => objectsIn("source"), { timeout: 120_000, interval: 1000 })
    .toHaveLength(POSTS * (CLEAR_OBJECTS + QUALITIES.length + 1));
  for (const bucket of ["source", "playback"] as const) {
    expect((await objectsIn(bucket)).filter(isOfVersion1)).toEqual([]);
  }
});

it("plays, every post, to its last frame", SLOW, async () => {
  const play = async (videoPostId: string) => {
    const { masterUrl } = bodyOf(await client().issueToken({ body: { videoPostId, fileIndex: 0 } }));
    return (await decoded(worker.origin + masterUrl, "0:v:0")).frames;
  };
  const frames: number[] = [];
  for (let at = 0; at < posts.length; at += 4) frames.push(...(await Promise.all(posts.slice(at, at + 4).map(play))));
  expect(frames).toEqual(posts.map(() => 25 * SECONDS));
});
