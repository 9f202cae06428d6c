import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bodyOf } from "../../client/index.ts";
import { type HoldingProxy, startHoldingProxy } from "../faults/holding-proxy.ts";
import { generateClip } from "../fixtures/media/generate-clip.ts";
import { decoded } from "./decoded.ts";
import { type ProcessorProcess, startProcessor } from "./processor-process.ts";
import { type Part, type Stack, startStack } from "./stack.ts";

/*
 * An encrypt job has encrypted and uploaded everything, and is stopped (SIGSTOP) before its result is recorded, for longer than
 * its lease. Another processor does the job. Then the first one continues.
 */

const LEASE_SECONDS = 5;
const SECONDS = 4;

let directory: string;
let stack: Stack;
let proxy: HoldingProxy;
let zombie: ProcessorProcess;
let successor: ProcessorProcess;
let part: Part;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ladderlock-zombie-"));
  stack = await startStack({ processor: false, settings: { JOB_LEASE_SECONDS: String(LEASE_SECONDS) } });
  proxy = await startHoldingProxy(stack.origin, /encrypt-result$/);
  const settings = { HEARTBEAT_SECONDS: "1", SCAN_CRON: "* * * * * *" };
  const path = join(directory, "clip.mp4");
  await generateClip({ path, size: "640x360", frameRate: "25", seconds: SECONDS, sound: true });
  // Its result goes through the proxy, which holds it; that of the successor goes to the database, where it is a Postgres.
  zombie = await startProcessor({ origin: proxy.origin, databaseUrl: null }, settings);
  const publishing = stack.ingest(path);

  await proxy.held();
  zombie.signal("SIGSTOP");
  await new Promise((resolve) => setTimeout(resolve, 1000 * (LEASE_SECONDS + 2)));
  successor = await startProcessor(stack, settings);
  part = await publishing;
});

afterAll(async () => {
  proxy?.release();
  await zombie?.stop();
  await successor?.stop();
  await proxy?.stop();
  await stack?.stop();
  await rm(directory, { recursive: true, force: true });
});

type Row = { enc_path: string; key_version: number; update_type: string; version: number };

async function row(): Promise<Row> {
  const database = await stack.database();
  const [post] = await database.rows<Pick<Row, "version">>("video_post");
  const [file] = await database.rows<Omit<Row, "version">>("video_file_post");
  const { enc_path, key_version, update_type } = file!;
  return { enc_path, key_version, update_type, version: post!.version };
}

it("is done by the successor, under the same key version and its own prefix", async () => {
  const { enc_path, key_version, update_type } = await row();
  expect(enc_path).toMatch(/\/enc\/k1-c2\/$/);
  expect([key_version, update_type]).toEqual([1, "NO_UPDATE"]);
  const { PLAYBACK } = await stack.bindings();
  const keys = (await PLAYBACK.list({})).objects.map(({ key }) => key);
  expect(new Set(keys.map((key) => /k1-c\d+/.exec(key)?.[0]))).toEqual(new Set(["k1-c1", "k1-c2"]));
  const stored = await (await stack.database()).rows("video_hls_encrypt_key");
  expect(new Set(stored.map((key) => key.key_version))).toEqual(new Set([1]));
});

it("is not changed by the zombie when it wakes up, whose result is refused", async () => {
  const before = await row();
  zombie.signal("SIGCONT");
  proxy.release();
  await expect.poll(() => proxy.answers, { timeout: 30_000 }).toContain(409);
  await expect.poll(() => zombie.log(), { timeout: 30_000 }).toContain("lease");
  expect(proxy.answers).not.toContain(204);
  expect(await row()).toEqual(before);
  const { jobs } = bodyOf(await stack.client.listJobs({ query: { videoPostId: part.videoPostId } }));
  expect(jobs.map(({ kind, state, claimNo }) => `${kind} ${state} ${claimNo}`)).toEqual([
    "ENCRYPT SUCCEEDED 2",
    "TRANSCODE SUCCEEDED 1",
  ]);
});

it("plays whole", async () => {
  const { masterUrl } = await stack.token(part);
  expect((await decoded(stack.origin + masterUrl, "0:v:0")).frames).toBe(25 * SECONDS);
});
