import { beforeEach, describe, expect, it } from "vitest";
import { PROXY, textOf, urisOf } from "../support/encoder-jobs.ts";
import { claimed, emptyQueue } from "../support/one-job.ts";
import { encryptPost, report, transcodeReport } from "../support/published-post.ts";
import { administer, askKey, sessionIn } from "../support/viewing.ts";
import { startWorker } from "../support/worker.ts";

const worker = startWorker();
const read = async (path: unknown, from = worker) => (await administer(from, "GET", String(path), undefined)).body;

beforeEach(emptyQueue);

async function created(more: object = {}) {
  const request = { url: "https://r2.example.com/file.mp4", title: "Série X - Épisode 1", resourceType: "VIDEO" };
  const { body } = await administer(worker, "POST", "/api/v2/m3u8-encoder/upload/url", { ...request, ...more });
  return body as { jobId: string; jobUrl: string };
}

async function completed(more: object = {}) {
  const job = await created(more);
  const order = await claimed(worker, job.jobId.slice("job-".length));
  await report(worker, order, "transcode-result", transcodeReport(["1080p", "720p", "360p"]));
  return { ...job, keys: await encryptPost(worker) };
}

describe("securePlaybackUrl", () => {
  it("plays at once in an isolate that has just read an earlier state of the post", async () => {
    const job = await created();
    const other = startWorker();
    expect((await other.fetch(`${PROXY}/${job.jobId}`)).status).toBe(409);
    const order = await claimed(worker, job.jobId.slice("job-".length));
    await report(worker, order, "transcode-result", transcodeReport(["1080p", "360p"]));
    expect((await other.fetch(`${PROXY}/${job.jobId}`)).status).toBe(409);
    const keys = await encryptPost(worker);
    const { securePlaybackUrl, masterPlaylistUrl } = await read(job.jobUrl);
    expect(masterPlaylistUrl).toBe(`${PROXY}/${job.jobId}`);
    const url = String(securePlaybackUrl);
    const master = await textOf(other, url);
    expect(urisOf(master, url).map((uri) => uri.split("?")[0])).toEqual(
      [0, 3].map((n) => `${PROXY}/${job.jobId}/v${n}/index.m3u8`),
    );
    for (const quality of ["1080p", "360p"])
      expect(await askKey(other, { keys }, sessionIn(master), quality)).toBe("key");
  });

  it("is made for each response, and starts playback for as long as an issued token", async () => {
    const { jobUrl } = await completed();
    const [first, second] = [await read(jobUrl), await read(jobUrl)];
    expect(first.securePlaybackUrl).not.toBe(second.securePlaybackUrl);
    const later = startWorker();
    later.advance((worker.context.settings.TOKEN_START_SECONDS + 10) * 1000);
    expect((await later.fetch(String(first.securePlaybackUrl))).status).toBe(401);
  });

  it("allows what the policies allow an anonymous viewer, no matter who reads the job", async () => {
    const { jobUrl, jobId, keys } = await completed({ access: "policy" });
    const { securePlaybackUrl } = await read(jobUrl);
    const master = await textOf(worker, String(securePlaybackUrl));
    expect(urisOf(master, String(securePlaybackUrl)).map((uri) => uri.split("?")[0])).toEqual([
      `${PROXY}/${jobId}/v3/index.m3u8`,
    ]);
    expect(await askKey(worker, { keys }, sessionIn(master), "1080p")).toBe("quality-not-allowed");
  });

  it("is null where an anonymous viewer may watch nothing", async () => {
    const { jobUrl } = await completed({ access: "policy" });
    const { videoPostId } = await read(jobUrl);
    const policies = [{ quality: "360p", policy: "DENIED" }];
    await administer(worker, "PUT", "/admin/video/enc/quality-auth", { videoPostId, fileIndex: 0, policies });
    const view = await read(jobUrl, startWorker());
    expect([view.securePlaybackUrl, typeof view.masterPlaylistUrl]).toEqual([null, "string"]);
  });
});
