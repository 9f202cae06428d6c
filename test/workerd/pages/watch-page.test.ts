import { describe, expect, it } from "vitest";
import {
  call,
  claim,
  createPost,
  encryptPost,
  publishPost,
  report,
  transcodeReport,
} from "../support/published-post.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

async function page(worker: TestWorker, videoPostId: string, fileIndex: number | string = 0) {
  const response = await worker.fetch(`/watch/${videoPostId}/${fileIndex}`);
  return { status: response.status, headers: response.headers, html: await response.text() };
}

describe("the watch page of a video that plays", () => {
  it("names the video and shows every quality with its policy", async () => {
    const worker = startWorker();
    const { videoPostId } = await publishPost(worker, { title: "Cats & <Dogs>" });
    const { status, html } = await page(worker, videoPostId);
    expect(status).toBe(200);
    expect(html).toContain("<title>Cats &amp; &lt;Dogs&gt; · ladderlock</title>");
    const rungs = [...html.matchAll(/data-quality="([^"]+)" data-policy="([^"]+)"/g)].map(([, ...rung]) => rung);
    expect(rungs).toEqual([
      ["1080p", "ENTITLED"],
      ["720p", "ENTITLED"],
      ["480p", "PUBLIC"],
      ["360p", "PUBLIC"],
    ]);
    expect(html).toContain("ENTITLED to 1080p");
  });

  it("allows only its own scripts and styles, and has none inline", async () => {
    const worker = startWorker();
    const { videoPostId } = await publishPost(worker);
    const { headers, html } = await page(worker, videoPostId);
    expect(headers.get("content-security-policy")).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; worker-src 'self' blob:; " +
        "media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
    );
    expect([...html.matchAll(/<script[^>]*>[^<]*/g)].map(([script]) => script)).toEqual([
      '<script type="module" src="/watch-assets/watch.js">',
    ]);
    expect(html).not.toMatch(/<style|style="|\son[a-z]+="|https?:\/\//);
  });

  it("may fetch segments from the bucket's own domain where there is one", async () => {
    const worker = startWorker({ PLAYBACK_BASE_URL: "https://media.example/files" });
    const { videoPostId } = await publishPost(worker);
    const policy = (await page(worker, videoPostId)).headers.get("content-security-policy");
    expect(policy).toContain("connect-src 'self' https://media.example;");
    expect(policy).toContain("media-src 'self' blob: https://media.example;");
  });

  it("holds no token and no key", async () => {
    const worker = startWorker();
    const { videoPostId, keys } = await publishPost(worker);
    const { html } = await page(worker, videoPostId);
    expect(html).not.toContain("eyJ");
    for (const { keyId, key } of keys.keys) {
      expect(html).not.toContain(keyId);
      expect(html).not.toContain(key);
    }
  });

  it("offers the subscriber only where DEMO_VIEWERS is enabled", async () => {
    const plain = startWorker();
    const { videoPostId } = await publishPost(plain);
    expect((await page(plain, videoPostId)).html).not.toMatch(/subscriber/i);
    expect((await page(startWorker({ DEMO_VIEWERS: "enabled" }), videoPostId)).html).toContain('value="subscriber"');
  });

  it("links the parts of a post that has several, as soon as all of them play", async () => {
    const worker = startWorker();
    const source = { sourceUrl: "https://origin.example/film.mp4", fileName: "film.mp4" };
    const videoPostId = await createPost(worker, { uploadFileList: [source, source] });
    for (const _ of [0, 1]) {
      await report(worker, await claim(worker, videoPostId), "transcode-result", transcodeReport(["480p"]));
    }
    await encryptPost(worker, videoPostId);
    const states = [0, 1].map(
      async (index) => /data-state="([^"]+)"/.exec((await page(worker, videoPostId, index)).html)?.[1],
    );
    expect((await Promise.all(states)).sort()).toEqual(["encryption", "other-parts"]);

    await encryptPost(worker, videoPostId);
    const { html } = await page(worker, videoPostId, 1);
    expect(html).toContain(`<a href="/watch/${videoPostId}/0">Part 1</a>`);
    expect(html).toContain(`<a href="/watch/${videoPostId}/1" aria-current="page">Part 2</a>`);
  });
});

describe("the watch page of a video that does not play yet", () => {
  it("shows the progress, and reloads itself", async () => {
    const worker = startWorker();
    const videoPostId = await createPost(worker, { title: "Soon" });
    const queued = await page(worker, videoPostId);
    expect(queued.status).toBe(200);
    expect(queued.html).toContain('http-equiv="refresh"');
    expect(queued.html).toContain('data-state="upload"');
    expect(queued.html).toContain("<title>Soon · being processed</title>");

    const order = await claim(worker, videoPostId);
    await call(worker, order, "progress", { stage: "ENCODING", percent: 41.7 });
    worker.advance(1000);
    const running = await page(worker, videoPostId);
    expect(running.html).toContain('data-state="transcoding"');
    expect(running.html).toContain("encoding, 41 %");
    expect(running.headers.get("cache-control")).toBe("no-store");
  });

  it("hides the title until the post is approved", async () => {
    const worker = startWorker();
    const { videoPostId } = await publishPost(worker, { title: "Confidential", autoPublish: false });
    const { html } = await page(worker, videoPostId);
    expect(html).toContain('data-state="review"');
    expect(html).not.toContain("Confidential");
  });
});

describe("the watch page of a video that is not there", () => {
  it.each(["/watch/nothing/0", "/watch/nothing/x", "/watch/nothing", "/watch"])("is a 404 page: %s", async (path) => {
    const response = await startWorker().fetch(path);
    expect(response.status).toBe(404);
    expect(response.headers.get("content-type")).toMatch(/^text\/html/);
    expect(await response.text()).toContain("<h1>Not found</h1>");
  });

  it("is 404 for a part that the post does not have", async () => {
    const worker = startWorker();
    const { videoPostId } = await publishPost(worker);
    expect((await page(worker, videoPostId, 1)).status).toBe(404);
  });

  it("is 410 for a post that was deleted, without its title", async () => {
    const worker = startWorker();
    const { videoPostId } = await publishPost(worker, { title: "Regretted" });
    await worker.admin("DELETE", `/api/v2/video-posts/${videoPostId}`);
    const { status, html } = await page(worker, videoPostId);
    expect(status).toBe(410);
    expect(html).not.toContain("Regretted");
  });
});

describe("the watch page of a part that waits for its encryption", () => {
  const OPEN = { ALLOW_CLEAR_PLAYBACK: "enabled", DEMO_VIEWERS: "enabled" };

  async function transcoded(worker: TestWorker, access: "PUBLIC" | "POLICY") {
    const videoPostId = await createPost(worker, { access });
    const order = await claim(worker, videoPostId);
    await report(worker, order, "transcode-result", transcodeReport(["720p", "360p"]));
    return { videoPostId, jobId: order.jobId };
  }

  it("plays the clear renditions and says so where that is allowed, and encrypted content afterwards", async () => {
    const worker = startWorker(OPEN);
    const { videoPostId, jobId } = await transcoded(worker, "PUBLIC");
    const { status, html } = await page(worker, videoPostId);
    expect(status).toBe(200);
    expect(html).toContain("This video is still being encrypted. Until then this page plays it unencrypted.");
    expect(html).toContain(`data-clear-url="/m3u8-encoder/api/v2/proxy/job-${jobId}.m3u8"`);
    expect([...html.matchAll(/data-quality="([^"]+)" data-policy="PUBLIC"/g)].map(([, quality]) => quality)).toEqual([
      "720p",
      "360p",
    ]);
    expect(html).not.toContain("Subscriber");
    await encryptPost(worker, videoPostId);
    const encrypted = await page(worker, videoPostId);
    expect(encrypted.html).not.toMatch(/unencrypted|data-clear-url/);
  });

  it("says that the encryption has failed", async () => {
    const worker = startWorker(OPEN);
    const { videoPostId } = await transcoded(worker, "PUBLIC");
    const order = await claim(worker, videoPostId);
    await call(worker, order, "fail", { reason: "It broke.", permanent: true });
    await worker.settled();
    expect((await page(worker, videoPostId)).html).toContain("The encryption of this video failed.");
    expect((await page(startWorker(), videoPostId)).html).toContain("Processing failed");
  });

  it("plays nothing without the setting, or where a quality is not PUBLIC", async () => {
    const worker = startWorker(OPEN);
    const open = await transcoded(worker, "PUBLIC");
    expect((await page(startWorker(), open.videoPostId)).html).toContain("still being processed");
    await encryptPost(worker, open.videoPostId);
    const paid = await transcoded(worker, "POLICY");
    expect((await page(worker, paid.videoPostId)).html).toContain("still being processed");
    await encryptPost(worker, paid.videoPostId);
  });
});
