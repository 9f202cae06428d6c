import { beforeEach, describe, expect, it, vi } from "vitest";
import type { RewrapView } from "../../../shared/application/protocols/rewrap-protocol.ts";
import { database } from "../support/inspection.ts";
import { claimed, emptyQueue, fail, newestJob, onlyPart } from "../support/one-job.ts";
import { claim, createPost, encryptPost, report, transcodeReport } from "../support/published-post.ts";
import { testEnv } from "../support/test-env.ts";
import { administer } from "../support/viewing.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

const SECRETS = ["pa55-w0rd", "5ec2e7-signature"];
const URL_WITH_SECRETS = `https://editor:${SECRETS[0]}@origin.example/film.mp4?X-Amz-Signature=${SECRETS[1]}`;
const OLD = testEnv.KEY_ENCRYPTION_KEYS as string;
const NEW = `k-new:${btoa("n".repeat(32))}`;

let worker: TestWorker;
let logged: string;

beforeEach(async () => {
  worker = startWorker();
  await emptyQueue();
  logged = "";
  for (const level of ["log", "info", "warn", "error"] as const) {
    vi.spyOn(console, level).mockImplementation((...parts: unknown[]) => {
      logged += parts.map(String).join(" ");
    });
  }
  return () => vi.restoreAllMocks();
});

const create = (from = worker) =>
  createPost(from, { uploadFileList: [{ sourceUrl: URL_WITH_SECRETS, fileName: "film.mp4" }] });

const take = async (from: TestWorker, videoPostId: string) => claimed(from, await newestJob(from, videoPostId));

/** As the holder of the job has it. Then the job waits to be tried again. */
async function urlOf(from: TestWorker, videoPostId: string): Promise<string | null> {
  const order = await take(from, videoPostId);
  await fail(from, order, false);
  from.advance(3600_000);
  if (order.kind !== "TRANSCODE") throw new Error(order.kind);
  return order.source.kind === "url" ? order.source.url : null;
}

async function everythingStored(): Promise<string> {
  const tables = await database.tables();
  return JSON.stringify(await Promise.all(tables.map((table) => database.rows(table))));
}

async function storedUrl(videoPostId: string) {
  const [row] = await database.rows("video_file_post", { video_id: videoPostId });
  return { url: row!.source_url, kek: row!.source_kek_id };
}

function expectNoSecret(text: string): void {
  for (const secret of SECRETS) expect(text).not.toContain(secret);
}

describe("the URL of a source", () => {
  it("is in no table, log, audit event or view, and reaches the holder of the job as it was given", async () => {
    const videoPostId = await create();
    expect(await urlOf(worker, videoPostId)).toBe(URL_WITH_SECRETS);
    await worker.settled();
    const views = [`/api/v2/video-posts/${videoPostId}`, "/api/v2/jobs", "/api/v2/video-posts", "/admin/audit"];
    const shown = await Promise.all(views.map(async (path) => (await worker.admin("GET", path)).text()));
    for (const text of [await everythingStored(), logged, ...shown]) expectNoSecret(text);
  });

  it("stays for a retry, and is cleared when the part is encrypted, not earlier", async () => {
    const videoPostId = await create();
    expect(await urlOf(worker, videoPostId)).toBe(URL_WITH_SECRETS);
    await fail(worker, await take(worker, videoPostId));
    const retried = await worker.admin("POST", `/api/v2/jobs/${await newestJob(worker, videoPostId)}/retry`);
    expect(retried.status).toBe(202);
    expect(await urlOf(worker, videoPostId)).toBe(URL_WITH_SECRETS);
    await report(worker, await take(worker, videoPostId), "transcode-result", transcodeReport(["360p"]));
    expect((await storedUrl(videoPostId))?.url).toMatch(/^[A-Za-z0-9+/=]{40,}$/);
    await encryptPost(worker, videoPostId);
    expect(await storedUrl(videoPostId)).toEqual({ url: "", kek: null });
    expect((await onlyPart(worker, videoPostId)).source).toEqual({ kind: "url", url: null });
  });

  it("is deleted with its post", async () => {
    const videoPostId = await create();
    await worker.admin("DELETE", `/api/v2/video-posts/${videoPostId}`);
    expect(await storedUrl(videoPostId)).toEqual({ url: "", kek: null });
  });

  it("does not open in the row of another part", async () => {
    const [mine, theirs] = [await create(), await create()];
    const { url, kek } = (await storedUrl(mine))!;
    await database.change("video_file_post", { source_url: url, source_kek_id: kek }, { video_id: theirs });
    const part = await onlyPart(worker, theirs);
    const { source } = part;
    if (source.kind !== "url" || source.url === null) throw new Error("the part has no URL");
    const binding = { fileId: part.id, purpose: "source-url" } as const;
    await expect(worker.context.vault.unwrapText(source.url, binding)).rejects.toThrow();
    await worker.admin("DELETE", `/api/v2/video-posts/${theirs}`);
    expect(await storedUrl(theirs)).toEqual({ url: "", kek: null });
  });

  it("fails a job for good, with what to do, where it is not stored any more", async () => {
    const videoPostId = await create();
    await database.change("video_file_post", { source_url: "", source_kek_id: null }, { video_id: videoPostId });
    await expect(claim(worker, videoPostId)).rejects.toThrow("no job is due");
    expect((await onlyPart(worker, videoPostId)).failReason).toContain("Create a new post with it.");
  });
});

describe("re-wrapping", () => {
  const both = () => startWorker({ KEY_ENCRYPTION_KEYS: `${NEW},${OLD}` });

  async function rewrapAll(by: TestWorker): Promise<RewrapView> {
    for (let cursor: string | null = ""; ; ) {
      const body: Record<string, unknown> = { limit: 1000, ...(cursor === "" ? {} : { cursor }) };
      const { status, body: page } = await administer(by, "POST", "/admin/video/enc/rewrap", body);
      expect(status).toBe(200);
      cursor = (page as RewrapView).nextCursor;
      if (cursor === null) return page as RewrapView;
    }
  }

  it("covers URLs, also against a save of a post that was loaded before", async () => {
    const videoPostId = await create();
    const before = (await worker.context.posts.load(videoPostId))!;
    expect(await rewrapAll(both())).toMatchObject({ left: 0, damaged: [] });
    const files = before.files.map((file) => ({ ...file, warnings: ["saved late"] }));
    const late = { from: before, post: { ...before, files }, events: [], jobs: [] };
    expect(await worker.context.posts.save(late, Date.now())).toBe("saved");
    expect(await storedUrl(videoPostId)).toMatchObject({ kek: "k-new" });
    expect(await urlOf(startWorker({ KEY_ENCRYPTION_KEYS: NEW }), videoPostId)).toBe(URL_WITH_SECRETS);
  });

  it("wraps what an earlier release has stored in the clear, which works until then", async () => {
    const videoPostId = await create();
    await database.change(
      "video_file_post",
      { source_url: URL_WITH_SECRETS, source_kek_id: "(clear)" },
      { video_id: videoPostId },
    );
    expect(await urlOf(worker, videoPostId)).toBe(URL_WITH_SECRETS);
    const counted = await administer(worker, "GET", "/admin/video/enc/rewrap", undefined);
    expect(counted.body.keys).toContainEqual({
      kekId: "(clear)",
      use: "none",
      contentKeys: 0,
      singleKeys: 0,
      sourceUrls: 1,
      webhookSecrets: 0,
    });
    expect(await rewrapAll(worker)).toMatchObject({ left: 0 });
    expectNoSecret(await everythingStored());
    expect(await urlOf(worker, videoPostId)).toBe(URL_WITH_SECRETS);
  });
});
