import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { bodyOf } from "../../client/index.ts";
import { createProcessorClient } from "../../client/processor.ts";
import { collectLeftovers } from "../faults/leftovers.ts";
import { generateClip } from "../fixtures/media/generate-clip.ts";
import { brokenRows } from "./broken-rows.ts";
import { decoded } from "./decoded.ts";
import { postgresServer } from "./postgres-database.ts";
import { databaseOf, type RestartableSystem, startRestartableSystem } from "./restartable-system.ts";
import type { Part } from "./stack.ts";
import { type Repeated, repeated, startViewer } from "./steady-viewer.ts";
import { TEST_SECRETS } from "./test-secrets.ts";

/* The database goes away while one film is encrypted, another one transcoded and a third one played. */

const isLong = process.env.LONG_TESTS === "1";
const AWAY_MS = isLong ? 20_000 : 3_000;
const FRAMES = 40;
const LONG_LEASE_SECONDS = 600;
/** For a busy machine. */
const FILM_MS = 400_000;
const MOST_MS = 1_200_000;

const ROWS = [
  {
    what: "stopped and started again, and leases hold",
    leaseSeconds: LONG_LEASE_SECONDS,
    claims: 1,
    strike: stopAndStart,
  },
  {
    what: "stopped, and back for others first, and leases are lost",
    leaseSeconds: 8,
    claims: 2,
    strike: returnForOthers,
  },
  { what: "there, but ends every connection", leaseSeconds: LONG_LEASE_SECONDS, claims: 1, strike: terminate },
] as const;

/** When the database was away; null where it was there. */
type Outage = { readonly from: number; readonly until: number } | null;

describe.skipIf(postgresServer() === "")("a Postgres that is", () => {
  describe.each(isLong ? ROWS : ROWS.slice(0, 1))("$what", ({ leaseSeconds, claims, strike }) => {
    let directory: string;
    let system: RestartableSystem;
    let films: Part[];
    let playing: Repeated;
    let asking: Repeated;
    let outage: Outage;

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), "ladderlock-away-"));
      const path = join(directory, "clip.mp4");
      await generateClip({ path, size: "320x180", frameRate: "10", seconds: FRAMES / 10, sound: true });
      system = await startRestartableSystem(leaseSeconds);
      const { stack } = system;
      const played = await createPost(system, path, "Played");
      await published(system, [played]);
      const encrypted = await createPost(system, path, "Encrypting");
      await system.encrypting.held();
      const transcoded = await createPost(system, path, "Transcoding");
      await system.transcoding.held();
      films = [played, encrypted, transcoded];
      playing = startViewer(new URL((await stack.token(played)).masterUrl, stack.origin));
      asking = startAsking(system, played);
      await eventually(() => expect(playing.answers.length).toBeGreaterThan(10));
      outage = await strike(system);
      await published(system, films);
      await playing.stop();
      await asking.stop();
    }, MOST_MS);

    afterAll(async () => {
      await playing?.stop();
      await asking?.stop();
      await system?.stop();
      await rm(directory, { recursive: true, force: true });
    });

    it("leaves a viewer its playlists, keys and segments, before, meanwhile and afterwards", () => {
      const kinds = ["key 200", "master playlist 200", "media playlist 200", "segment 200"];
      expect(statusesIn(playing)).toEqual(kinds);
      if (outage !== null) expect(statusesIn(playing, outage)).toEqual(kinds);
    });

    it("lets a site have tokens or a 503 with Retry-After, and nothing else", () => {
      const refused = asking.answers.filter(({ status }) => status !== 200);
      for (const { status, retryAfter } of refused) {
        expect(status).toBe(503);
        expect(retryAfter).toBeGreaterThanOrEqual(1);
      }
      if (outage !== null) expect(statusesIn(asking, outage)).toContain("post 503");
    });

    it("has every job done once, by the claim that held its lease", async () => {
      const { stack, processors } = system;
      const jobs = await (await stack.database()).rows<{
        kind: string;
        state: string;
        claim_no: number;
        video_post_id: string;
      }>("video_transcode_job");
      const claimsOf = (film: number) =>
        jobs
          .filter((job) => job.video_post_id === films[film]?.videoPostId)
          .map((job) => `${job.kind} ${job.state} ${job.claim_no}`)
          .toSorted();
      expect(claimsOf(0)).toEqual(["ENCRYPT SUCCEEDED 1", "TRANSCODE SUCCEEDED 1"]);
      expect(claimsOf(1)).toEqual([`ENCRYPT SUCCEEDED ${claims}`, "TRANSCODE SUCCEEDED 1"]);
      expect(claimsOf(2)).toEqual(["ENCRYPT SUCCEEDED 1", `TRANSCODE SUCCEEDED ${claims}`]);
      const ends = (await Promise.all(processors.map((processor) => processor.log())))
        .flatMap((log) => [...log.matchAll(/"end":"([\w-]+)"/g)].map((match) => match[1]))
        .toSorted();
      expect(ends).toEqual([...(claims === 2 ? ["lease-lost", "lease-lost"] : []), ...Array(6).fill("recorded")]);
    });

    it("leaves no row half-written, and events that are all delivered", { timeout: 120_000 }, async () => {
      const { stack } = system;
      const database = await stack.database();
      const worker = createProcessorClient({ baseUrl: stack.origin, token: TEST_SECRETS.PROCESSOR_TOKEN });
      // What the Cron Trigger does each minute. A delivery that was interrupted is due again after 30 s.
      await expect
        .poll(async () => [(await worker.dispatchOutbox({})).status, ...(await brokenRows(database))], {
          ...{ timeout: 90_000, interval: 1000 },
        })
        .toEqual([204]);
    });

    it("leaves every film whole", async () => {
      for (const film of films) {
        const { masterUrl } = await system.stack.token(film);
        expect((await decoded(system.stack.origin + masterUrl, "0:v:0")).frames).toBe(FRAMES);
      }
    });

    it("leaves no object that no pointer names", async () => {
      const leftovers = await collectLeftovers(system.stack);
      expect(leftovers.after).toEqual([]);
      if (claims > 1) expect(leftovers.before).toBeGreaterThan(0);
    });

    it("ends no processor, and each listens again", async () => {
      const { hostname, port } = new URL(system.stack.databaseUrl!);
      for (const processor of system.processors) {
        await expect
          .poll(() => databaseOf(processor))
          .toEqual({
            ...{ code: 200, status: "ok", listening: 1 },
            database: { host: `${hostname}:${port}`, name: "migrated", listener: "listening" },
          });
        expect(processor.exited()).toBe(false);
        processor.signal("SIGTERM");
        expect(await processor.exit).toBe(0);
      }
    });
  });
});

/** In a hook, where `expect.poll` is not allowed. */
function eventually(check: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(check, { timeout: FILM_MS, interval: 300 });
}

/** In the middle of it both jobs may end, and have nowhere to record it. */
async function stop({ server, processors, encrypting, transcoding }: RestartableSystem): Promise<number> {
  await server.stop();
  const from = Date.now();
  for (const processor of processors) {
    const away = { code: 200, status: "ok", database: { listener: "connecting" }, listening: 0 };
    await eventually(async () => expect(await databaseOf(processor)).toMatchObject(away));
  }
  await sleep(AWAY_MS / 2);
  encrypting.release();
  transcoding.release();
  await sleep(AWAY_MS / 2);
  return from;
}

async function stopAndStart(system: RestartableSystem): Promise<Outage> {
  const from = await stop(system);
  const until = Date.now();
  await system.server.start();
  return { from, until };
}

/** The processors stand still until somebody else has returned their jobs to the queue. */
async function returnForOthers(system: RestartableSystem): Promise<Outage> {
  const { server, stack, processors } = system;
  const from = await stop(system);
  for (const processor of processors) processor.signal("SIGSTOP");
  const until = Date.now();
  await server.start();
  const worker = createProcessorClient({ baseUrl: stack.origin, token: TEST_SECRETS.PROCESSOR_TOKEN });
  const database = await stack.database();
  await eventually(async () => {
    expect((await worker.scanJobs({})).ok).toBe(true);
    expect(await database.count("video_transcode_job", { state: "RUNNING" })).toBe(0);
  });
  for (const processor of processors) processor.signal("SIGCONT");
  return { from, until };
}

/** Again and again, while both jobs end and record it. */
async function terminate({ terminateConnections, encrypting, transcoding }: RestartableSystem): Promise<Outage> {
  const until = Date.now() + AWAY_MS;
  let terminated = 0;
  while (Date.now() < until) {
    terminated += await terminateConnections();
    encrypting.release();
    transcoding.release();
    await sleep(50);
  }
  // Each processor listens on one.
  expect(terminated).toBeGreaterThan(2);
  return null;
}

async function createPost({ stack }: RestartableSystem, path: string, title: string): Promise<Part> {
  const uploadFileList = [{ uploadId: await stack.upload(path), fileName: "clip.mp4" }];
  const post = { title, resourceType: "VIDEO", autoPublish: true, uploadFileList } as const;
  return { videoPostId: bodyOf(await stack.client.createVideoPost({ body: post })).videoPostId, fileIndex: 0 };
}

/** What a site asks for: a token, which needs no database while the film is known, and the post, which needs it. */
function startAsking({ stack }: RestartableSystem, part: Part): Repeated {
  const headers = { authorization: `Bearer ${stack.adminKey}` };
  const token = new URL("/admin/video/enc/token", stack.origin);
  const post = new URL(`/api/v2/video-posts/${part.videoPostId}`, stack.origin);
  return repeated(async (ask) => {
    await ask("token", token, { method: "POST", headers, body: JSON.stringify(part) });
    await ask("post", post, { headers });
  });
}

function statusesIn({ answers }: Repeated, outage?: NonNullable<Outage>): string[] {
  const { from = 0, until = Number.POSITIVE_INFINITY } = outage ?? {};
  const within = answers.filter(({ at }) => at > from && at < until);
  return [...new Set(within.map(({ what, status }) => `${what} ${status}`))].toSorted();
}

/** Fails with what the processors have logged. */
async function published(system: RestartableSystem, films: readonly Part[]): Promise<void> {
  const wanted = films.map(() => "PUBLISHED");
  try {
    await eventually(async () => expect(await statusesOf(system, films)).toEqual(wanted));
  } catch (error) {
    const logs = await Promise.all(system.processors.map((processor) => processor.log()));
    throw new Error(`not published: ${logs.map((log) => log.slice(-5_000)).join("\n\n")}`, { cause: error });
  }
}

async function statusesOf({ stack }: RestartableSystem, films: readonly Part[]): Promise<string[]> {
  const posts = await Promise.all(
    films.map(({ videoPostId }) => stack.client.getVideoPost({ params: { videoPostId } })),
  );
  return posts.map((post) => (post.ok ? post.body.status : `${post.status}`));
}
