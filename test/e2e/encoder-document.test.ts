import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandLinesWith } from "../../scripts/dev/process-tree.ts";
import { startHoldingProxy } from "../faults/holding-proxy.ts";
import { type SourceServer, startSourceServer } from "../faults/source-server.ts";
import { generateClip } from "../fixtures/media/generate-clip.ts";
import { type DocumentClient, documentClient, type Json } from "./document-client.ts";
import { type Deployment, type ProcessorProcess, startProcessor } from "./processor-process.ts";
import { type Stack, startStack } from "./stack.ts";

/* The example session of the source document, and the cancellation of a job in each of its states. */

const GATEWAY_SECRET = "test-gateway-secret-0123456789abcdef";
const BASE = "/api/v2/m3u8-encoder";
const PROXY = "/m3u8-encoder/api/v2/proxy";

let directory: string;
let stack: Stack;
let sources: Record<"film" | "clip" | "long", SourceServer>;
const running: ProcessorProcess[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ladderlock-document-"));
  const clip = async (name: string, size: string, seconds: number, frameRate = "25") => {
    const path = join(directory, `${name}.mp4`);
    await generateClip({ path, size, frameRate, seconds, sound: true });
    return startSourceServer(path, () => 1, 0);
  };
  sources = {
    film: await clip("film", "1920x1080", 1, "10"),
    clip: await clip("clip", "320x180", 2),
    long: await clip("long", "640x360", 20),
  };
  stack = await startStack({ processor: false, settings: { GATEWAY_SECRET } });
});

afterAll(async () => {
  await Promise.all(running.map((processor) => processor.stop()));
  await Promise.all(Object.values(sources ?? {}).map((source) => source.stop()));
  await stack?.stop();
  await rm(directory, { recursive: true, force: true });
});

async function processor(
  deployment: Deployment = stack,
  source?: string,
  more: Record<string, string> = {},
): Promise<ProcessorProcess> {
  const hosts = source === undefined ? Object.values(sources).map(({ host }) => host) : [new URL(source).host];
  const settings = { SOURCE_ALLOW_HOSTS: hosts.join(","), HEARTBEAT_SECONDS: "1", ...more };
  const started = await startProcessor(deployment, settings);
  running.push(started);
  return started;
}

const behindGateway = () =>
  documentClient(stack.origin, {
    "x-gateway-secret": GATEWAY_SECRET,
    "x-auth-email": "admin@example.com",
    "x-auth-name": "Admin",
    "x-auth-sub": "user-1",
    "x-auth-scope": "posts:read posts:write",
  });
const withKey = () => documentClient(stack.origin, { authorization: `Bearer ${stack.adminKey}` });

/** The session of the document, from the creation to the playback. Returns the completed job. */
async function session(client: DocumentClient, url: string, title: string, slug: string): Promise<Json> {
  const { status, body: accepted } = await client.post(`${BASE}/upload/url`, { url, title, resourceType: "VIDEO" });
  expect(status).toBe(201);
  const jobId = accepted.jobId as string;
  expect(accepted).toEqual({
    ...{ status: "accepted", jobId: expect.stringMatching(/^job-/), slug, title, jobStatus: "DOWNLOADING" },
    ...{ statusUrl: `${BASE}/status/${jobId}`, jobUrl: `${BASE}/jobs/${jobId}` },
  });
  const [first, ...events] = await client.events(jobId, ["job-completed", "job-failed", "job-cancelled"]);
  expect(first).toMatchObject({ name: "connected", data: { ok: true } });
  const completed = events.pop()!;
  expect(completed).toMatchObject({ name: "job-completed", data: { jobId, status: "completed" } });
  expect(new Set(events.map(({ name }) => name))).toEqual(new Set(["job-update"]));
  const statuses = [...new Set(events.map(({ data }) => data.status))];
  const order = ["DOWNLOADING", "ENCODING", "UPLOADING_TO_CLOUD_STORAGE"];
  expect(statuses).toEqual(order.filter((one) => statuses.includes(one)));
  expect(statuses).toContain("UPLOADING_TO_CLOUD_STORAGE");
  const { body: state } = await client.get(accepted.statusUrl as string);
  expect(state).toMatchObject({ jobId, status: "COMPLETED", progressPercentage: 100, failure: null });
  const { body: job } = await client.get(accepted.jobUrl as string);
  expect(completed.data).toMatchObject({
    ...{ masterPlaylistUrl: job.masterPlaylistUrl, variants: job.variants },
    securePlaybackUrl: expect.stringContaining("token="),
  });
  return job;
}

/** Lines of a playlist that are addresses. */
const addresses = (playlist: string) => playlist.split("\n").filter((line) => line !== "" && !line.startsWith("#"));

describe("the example session of the document", () => {
  it("passes behind the gateway, with all variants of a 1080p file", async () => {
    await processor();
    const client = behindGateway();
    const slug = "episode-1-le-commencement";
    const job = await session(client, sources.film.url("file.mp4"), "Épisode 1 - Le Commencement", slug);
    expect(Object.keys(job.variants as Json)).toEqual(["v0", "v1", "v2", "v3"]);
    expect(job.keyPrefix).toBe(`${slug}/${(job.jobId as string).slice("job-".length)}/`);
    const base = new URL(`${PROXY}/${job.jobId}`, stack.origin);
    const variants = addresses(await client.text(base.pathname));
    expect(variants.map((uri) => /v[0-3]/.exec(uri)?.[0])).toEqual(["v0", "v1", "v2", "v3"]);
    const forced = `${PROXY}/${job.jobId}/v1/index.m3u8`;
    const [segment] = addresses(await client.text(forced));
    const fetched = await fetch(new URL(segment!, new URL(forced, stack.origin)));
    expect(fetched.status).toBe(200);
    expect((await fetched.arrayBuffer()).byteLength).toBeGreaterThan(1000);
  });

  it("passes with an API key, and groups two uploads of one title", async () => {
    const client = withKey();
    const [title, slug] = ["Série X - Épisode 1", "serie-x-episode-1"];
    const job = await session(client, sources.clip.url("episode1.mp4"), title, slug);
    const again = await client.post(`${BASE}/upload/url`, {
      ...{ url: sources.clip.url("episode1.mp4"), title, resourceType: "VIDEO" },
    });
    const { body: collection } = await client.get(`${BASE}/collections/${slug}`);
    expect((collection.items as Json[]).map(({ jobId }) => jobId)).toEqual([job.jobId, again.body.jobId]);
    const cancelled = await client.post(`${BASE}/jobs/${job.jobId}/cancel`);
    expect([cancelled.status, cancelled.body.code]).toEqual([409, "wrong-state"]);
    await until(client, again.body.jobId, ({ status }) => status === "COMPLETED");
  });
});

async function until(client: DocumentClient, jobId: unknown, met: (status: Json) => boolean): Promise<Json> {
  for (;;) {
    const { body } = await client.get(`${BASE}/status/${jobId}`);
    if (met(body)) return body;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Keys of both buckets below the folders of the title. */
async function objectsOf(slug: string): Promise<string[]> {
  const buckets = await Promise.all([stack.bucket("SOURCE"), stack.bucket("PLAYBACK")]);
  const keys: string[] = [];
  for (const bucket of buckets) {
    for (let cursor: string | undefined; ; ) {
      const page = await bucket.list(cursor === undefined ? {} : { cursor });
      keys.push(...page.objects.map(({ key }) => key));
      cursor = page.cursor;
      if (!page.truncated) break;
    }
  }
  return keys.filter((key) => key.startsWith(`${slug}/`));
}

type State = {
  readonly name: string;
  readonly source: "clip" | "long";
  /** Requests that are held until the job is cancelled: of the processor to the Worker, or for the source. */
  readonly holds?: RegExp;
  readonly holdsSource?: true;
  /** Of the processor whose job is cancelled; the retry is that of another one, which is fast. */
  readonly slowly?: true;
  readonly met: (status: Json) => boolean;
};

const isUploading = ({ status }: Json) => status === "UPLOADING_TO_CLOUD_STORAGE";
const QUEUED: State = { name: "queued", source: "clip", met: ({ stage }) => stage === "QUEUED" };
const DOWNLOADING: State = {
  ...{ name: "downloading", source: "clip", holdsSource: true },
  met: ({ status, stage }) => status === "DOWNLOADING" && stage === "DOWNLOADING",
};
const ENCODING: State = { name: "encoding", source: "long", slowly: true, met: ({ status }) => status === "ENCODING" };
/** Stored and verified, not yet recorded. Reports come once a second: that of a short clip may still name an earlier stage. */
const UPLOADING: State = { name: "uploading", source: "clip", holds: /transcode-result$/, met: () => true };
const ENCRYPTING: State = { name: "encrypting", source: "clip", holds: /encrypt-result$/, met: isUploading };
const IN_LONG_TESTS = process.env.LONG_TESTS === "1" ? [QUEUED, DOWNLOADING, UPLOADING] : [];

const NOTHING_HELD = /^(?!)/;

describe("a job that is cancelled", () => {
  it.each([...IN_LONG_TESTS, ENCODING, ENCRYPTING])(
    "while it is $name leaves no object and no process, and a retry completes it",
    async ({ name, source, holds = NOTHING_HELD, holdsSource, slowly, met }) => {
      await Promise.all(running.splice(0).map((one) => one.stop()));
      const client = withKey();
      const toWorker = await startHoldingProxy(stack.origin, holds);
      const toSource = await startHoldingProxy(sources[source].url(""), holdsSource ? /mp4$/ : NOTHING_HELD);
      const slug = `cancelled-while-${name}`;
      const request = { url: `${toSource.origin}/a.mp4`, title: slug, resourceType: "VIDEO" };
      const { jobId } = (await client.post(`${BASE}/upload/url`, request)).body;
      // A result that is to be held has to go to the Worker, where the database is a Postgres too.
      const databaseUrl = holds === NOTHING_HELD ? stack.databaseUrl : null;
      const start = (more?: Record<string, string>) =>
        processor({ origin: toWorker.origin, databaseUrl }, toSource.origin, more);
      const worker = name === "queued" ? null : await start(slowly ? { X264_PRESET: "veryslow" } : {});
      if (holds !== NOTHING_HELD) await toWorker.held();
      if (holdsSource) await toSource.held();
      await until(client, jobId, met);
      const { status, body } = await client.post(`${BASE}/jobs/${jobId}/cancel`);
      expect([status, body]).toEqual([200, { message: "Job cancelled successfully" }]);
      expect((await client.get(`${BASE}/status/${jobId}`)).body.status).toBe("CANCELLED");
      toWorker.release();
      toSource.release();
      if (worker !== null) await expect.poll(worker.log, { timeout: 60_000 }).toContain('"end":"cancelled"');
      expect(worker === null ? [] : commandLinesWith(worker.workDirectory)).toEqual([]);
      await expect.poll(() => objectsOf(slug), { timeout: 60_000 }).toEqual([]);
      const retried = await client.post(`${BASE}/jobs/${jobId}/retry`);
      expect([retried.status, retried.body.jobId]).toEqual([202, jobId]);
      if (slowly) await worker?.stop();
      if (worker === null || slowly) await start();
      const end = await until(client, jobId, (one) => one.status === "COMPLETED" || one.status === "FAILED");
      expect(end).toMatchObject({ status: "COMPLETED", failure: null });
      expect(await objectsOf(slug)).not.toEqual([]);
      await Promise.all(running.splice(0).map((one) => one.stop()));
      await Promise.all([toWorker.stop(), toSource.stop()]);
    },
  );
});
