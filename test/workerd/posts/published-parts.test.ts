import { beforeEach, describe, expect, it } from "vitest";
import { decideAndSave } from "../../../shared/application/decide-and-save.ts";
import { wrapSourceUrl } from "../../../shared/application/source-url.ts";
import { settle, withNewFile } from "../../../shared/domain/post/video-post.ts";
import { uuidV7 } from "../../../shared/lib/random-id.ts";
import { claimed, emptyQueue, fail, newestJob } from "../support/one-job.ts";
import { claim, createPost, encryptPost, publishPost, report, transcodeReport } from "../support/published-post.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

/* Parts of a published post that are added, fail and are repaired: what plays of it stays watchable. */

let worker: TestWorker;

beforeEach(async () => {
  worker = startWorker();
  await emptyQueue();
});

/** What UpdateVideoPost is to do: one more part, with its job, in one save. */
async function addPart(videoPostId: string): Promise<void> {
  const { posts, vault, now } = worker.context;
  const id = uuidV7(now());
  const added = { id: uuidV7(now()), jobId: id, fileName: "extra.mp4", fileSize: null };
  const url = await wrapSourceUrl(vault, added.id, "https://origin.example/extra.mp4");
  const outcome = await decideAndSave(posts, videoPostId, { actor: "tester", action: "job.retry" }, now(), (post) => {
    const file = { ...added, source: { kind: "url", url } as const };
    const jobs = [{ jobId: id, fileId: added.id, kind: "TRANSCODE" } as const];
    return { kind: "changed", change: settle(withNewFile(post, file, now()), jobs, now()), value: undefined };
  });
  expect(outcome.kind).toBe("done");
}

const transcodeNext = async (videoPostId: string) => {
  const order = await claim(worker, videoPostId);
  await report(worker, order, "transcode-result", transcodeReport(["360p"]));
};

async function tokenStatus(videoPostId: string, fileIndex: number): Promise<number> {
  const body = JSON.stringify({ videoPostId, fileIndex });
  const response = await worker.fetch("/video/enc/token", { method: "POST", body });
  if (response.status === 200) {
    const { masterUrl } = (await response.json()) as { masterUrl: string };
    const { pathname, search } = new URL(masterUrl, "https://worker.example");
    expect((await worker.fetch(`${pathname}${search}`)).status).toBe(200);
  }
  return response.status;
}

/** "playable" with the parts that the page links, or the state of a part that waits or failed. */
async function page(videoPostId: string, fileIndex: number): Promise<string> {
  worker.advance(60_000);
  const html = await (await worker.fetch(`/watch/${videoPostId}/${fileIndex}`)).text();
  const parts = [...html.matchAll(/>(Part \d)</g)].map(([, name]) => name);
  const state = /data-state="([^"]+)"/.exec(html)?.[1] ?? /<h1>([^<]*)/.exec(html)?.[1];
  return /data-quality=/.test(html) ? ["playable", ...parts].join(" ") : (state ?? "nothing");
}

const status = async (videoPostId: string) => {
  const response = await worker.admin("GET", `/api/v2/video-posts/${videoPostId}`);
  const { status, publishedAt } = (await response.json()) as { status: string; publishedAt: number | null };
  return { status, published: publishedAt !== null };
};

const PUBLISHED = { status: "PUBLISHED", published: true };

describe("a published post", () => {
  it("stays watchable while a part is added, and gets that part with its first encryption", async () => {
    const { videoPostId } = await publishPost(worker);
    expect(await page(videoPostId, 0)).toBe("playable");
    await addPart(videoPostId);
    expect(await status(videoPostId)).toEqual(PUBLISHED);
    expect([await tokenStatus(videoPostId, 0), await tokenStatus(videoPostId, 1)]).toEqual([200, 409]);
    expect([await page(videoPostId, 0), await page(videoPostId, 1)]).toEqual(["playable", "upload"]);
    await transcodeNext(videoPostId);
    expect(await status(videoPostId)).toEqual(PUBLISHED);
    expect([await page(videoPostId, 0), await page(videoPostId, 1)]).toEqual(["playable", "encryption"]);
    await encryptPost(worker, videoPostId);
    expect([await tokenStatus(videoPostId, 0), await tokenStatus(videoPostId, 1)]).toEqual([200, 200]);
    const both = "playable Part 1 Part 2";
    expect([await page(videoPostId, 0), await page(videoPostId, 1)]).toEqual([both, both]);
  });

  it("stays watchable when a part that was added fails or is cancelled, and when it is retried", async () => {
    const { videoPostId } = await publishPost(worker);
    await addPart(videoPostId);
    await fail(worker, await claimed(worker, await newestJob(worker, videoPostId)));
    expect(await status(videoPostId)).toEqual(PUBLISHED);
    expect([await tokenStatus(videoPostId, 0), await page(videoPostId, 0)]).toEqual([200, "playable"]);
    expect(await page(videoPostId, 1)).not.toContain("playable");

    const retry = async () => worker.admin("POST", `/api/v2/jobs/${await newestJob(worker, videoPostId)}/retry`);
    expect((await retry()).status).toBe(202);
    expect([await tokenStatus(videoPostId, 0), await page(videoPostId, 1)]).toEqual([200, "upload"]);
    const cancel = `/api/v2/jobs/${await newestJob(worker, videoPostId)}/cancel`;
    expect((await worker.admin("POST", cancel)).status).toBe(202);
    expect(await status(videoPostId)).toEqual(PUBLISHED);
    expect([await tokenStatus(videoPostId, 0), await page(videoPostId, 0)]).toEqual([200, "playable"]);

    expect((await retry()).status).toBe(202);
    await transcodeNext(videoPostId);
    await fail(worker, await claimed(worker, await newestJob(worker, videoPostId)));
    expect(await status(videoPostId)).toEqual(PUBLISHED);
    expect([await tokenStatus(videoPostId, 0), await page(videoPostId, 0)]).toEqual([200, "playable"]);
  });

  it("stays watchable when a rotation of its keys fails", async () => {
    const { videoPostId } = await publishPost(worker);
    expect((await worker.admin("POST", "/admin/video/enc/rotate", { videoPostId })).status).toBe(202);
    await fail(worker, await claimed(worker, await newestJob(worker, videoPostId)));
    expect(await status(videoPostId)).toEqual(PUBLISHED);
    expect([await tokenStatus(videoPostId, 0), await page(videoPostId, 0)]).toEqual([200, "playable"]);
  });

  it("can be rejected while a part of it is being processed, and then shows nothing of itself", async () => {
    const { videoPostId } = await publishPost(worker, { title: "Confidential" });
    await addPart(videoPostId);
    const verdict = { result: "REJECTED", reason: "too loud" };
    expect((await worker.admin("POST", `/api/v2/video-posts/${videoPostId}/audit`, verdict)).status).toBe(200);
    expect(await status(videoPostId)).toEqual({ status: "TRANSCODING", published: false });
    for (const fileIndex of [0, 1]) {
      expect([await tokenStatus(videoPostId, fileIndex), await page(videoPostId, fileIndex)]).toEqual([
        404,
        "Not found",
      ]);
    }
  });
});

describe("a post that is not published", () => {
  it("is held up by a part that failed", async () => {
    const source = { sourceUrl: "https://origin.example/film.mp4", fileName: "film.mp4" };
    const videoPostId = await createPost(worker, { uploadFileList: [source, source] });
    await fail(worker, await claimed(worker, await newestJob(worker, videoPostId)));
    await transcodeNext(videoPostId);
    await encryptPost(worker, videoPostId);
    expect(await status(videoPostId)).toEqual({ status: "TRANSCODE_FAILED", published: false });
    expect([await tokenStatus(videoPostId, 0), await tokenStatus(videoPostId, 1)]).toEqual([404, 404]);
  });
});
