import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bodyOf } from "../../client/index.ts";
import { segmentKey } from "../../shared/domain/part/object-keys.ts";
import { createReadyPost, openBuckets } from "../../test/e2e/ready-posts.ts";
import { type Stack, startStack } from "../../test/e2e/stack.ts";
import { startTimed, type Times, timeProgram } from "../child-times.ts";
import { type BenchOptions, type Comparison, compare } from "../comparison.ts";
import { MEDIA_TOOLS } from "../media-tools.ts";
import { processorEnvironment } from "../pipeline/processor-run.ts";
import { processorCommand } from "../processor-command.ts";
import { pairedRounds } from "../rounds.ts";
import { makeFourQualities } from "./four-qualities.ts";

const FULL = { segments: 60, rounds: 5 };
const QUICK = { segments: 6, rounds: 2 };
const SEGMENT_SECONDS = 6;
const ROOT = join(import.meta.dirname, "../..");
const BARE = "bare/";

type Measured = {
  readonly stack: Stack;
  readonly directory: string;
  readonly videoPostId: string;
  /** Keys of the clear segments, in a JSON file. */
  readonly list: string;
};

/** New keys for a post of four qualities, against reading, encrypting and writing its bytes. */
export async function benchRotation(options: BenchOptions): Promise<Comparison[]> {
  const standard = options.quick ? QUICK : FULL;
  const segments = options.seconds === undefined ? standard.segments : Math.ceil(options.seconds / SEGMENT_SECONDS);
  const directory = await mkdtemp(join(tmpdir(), "ladderlock-bench-"));
  const stack = await startStack({ processor: false });
  try {
    const measured = await prepare(stack, directory, segments, options);
    const sides = {
      ours: () => told("processor", rotateOnce(measured), options),
      bare: () => told("bare", copyOnce(measured), options),
    };
    await pairedRounds(1, sides);
    const rounds = await pairedRounds(options.rounds ?? standard.rounds, sides);
    const name = `rotation of ${(segments * SEGMENT_SECONDS) / 60} min in 4 qualities`;
    const described = { name, against: "read, encrypt, write" };
    return [
      compare({ ...described, unit: "wall s", target: { atMost: 1.5 } }, rounds, ({ wallSeconds }) => wallSeconds),
      compare({ ...described, unit: "CPU s", target: null }, rounds, ({ cpuSeconds }) => cpuSeconds),
    ];
  } finally {
    await stack.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** The post plays, and its clear renditions lie in the bucket. */
async function prepare(stack: Stack, directory: string, segments: number, options: BenchOptions): Promise<Measured> {
  const ladder = await makeFourQualities(MEDIA_TOOLS.ffmpeg, directory, segments);
  const buckets = openBuckets(stack.origin);
  try {
    const videoPostId = await createReadyPost(stack.origin, buckets, ladder);
    await runNextJob(stack, directory, videoPostId);
    const stored = await buckets.source.list("", new AbortController().signal);
    const first = stored.find(({ key }) => key.endsWith(segmentKey("", "360p", 1)))!;
    const clearPrefix = first.key.slice(0, -segmentKey("", "360p", 1).length);
    const clear = stored.filter(({ key }) => key.startsWith(clearPrefix) && key.endsWith(".ts"));
    const list = join(directory, "keys.json");
    await writeFile(list, JSON.stringify(clear.map(({ key }) => key)));
    const megabytes = clear.reduce((sum, { size }) => sum + size, 0) / 1e6;
    options.progress(`${clear.length} segments, ${megabytes.toFixed(0)} MB`);
    return { stack, directory, videoPostId, list };
  } finally {
    buckets.close();
  }
}

/** The container of the job that was asked for, from its start to its end; what it replaced goes, unmeasured. */
async function rotateOnce({ stack, directory, videoPostId }: Measured): Promise<Times> {
  const before = await keysIn(stack, "PLAYBACK");
  bodyOf(await stack.client.rotateKeys({ body: { videoPostId } }));
  const times = await runNextJob(stack, directory, videoPostId);
  await remove(stack, before);
  return times;
}

async function runNextJob(stack: Stack, directory: string, videoPostId: string): Promise<Times> {
  const newest = async () => bodyOf(await stack.client.listJobs({ query: { videoPostId } })).jobs[0]!;
  const { jobId } = await newest();
  const work = join(directory, "work");
  await mkdir(work, { recursive: true });
  const env = processorEnvironment(stack.origin, work);
  const times = await startTimed(processorCommand("run", jobId), { cwd: ROOT, env }).ended;
  await rm(work, { recursive: true });
  if ((await newest()).state !== "SUCCEEDED") throw new Error("the rotation did not succeed");
  return times;
}

async function copyOnce({ stack, list }: Measured): Promise<Times> {
  const endpoint = `${stack.origin}/cdn-cgi/local/r2/s3`;
  const args = [endpoint, "ladderlock-source", "ladderlock-playback", BARE, list];
  const times = await timeProgram([process.execPath, "bench/rotation/bare-copy.ts", ...args], { cwd: ROOT });
  await remove(
    stack,
    (await keysIn(stack, "PLAYBACK")).filter((key) => key.startsWith(BARE)),
  );
  return times;
}

async function keysIn(stack: Stack, bucket: "PLAYBACK" | "SOURCE"): Promise<string[]> {
  const buckets = await stack.bindings();
  const keys: string[] = [];
  for (let cursor: string | undefined, more = true; more; ) {
    const page = await buckets[bucket].list(cursor === undefined ? {} : { cursor });
    keys.push(...page.objects.map(({ key }) => key));
    cursor = page.cursor;
    more = page.truncated;
  }
  return keys;
}

/** Else a run would fill the disk with old versions. */
async function remove(stack: Stack, keys: readonly string[]): Promise<void> {
  const { PLAYBACK } = await stack.bindings();
  for (const key of keys) await PLAYBACK.delete(key);
}

async function told(name: string, run: Promise<Times>, { progress }: BenchOptions): Promise<Times> {
  const times = await run;
  progress(`${name}: ${times.cpuSeconds.toFixed(1)} CPU s, ${times.wallSeconds.toFixed(1)} s`);
  return times;
}
