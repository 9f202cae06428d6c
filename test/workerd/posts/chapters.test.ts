import { beforeEach, describe, expect, it } from "vitest";
import { emptyQueue } from "../support/one-job.ts";
import { type PublishedPost, publishPost } from "../support/published-post.ts";
import { testEnv } from "../support/test-env.ts";
import { administer, siteToken } from "../support/viewing.ts";
import { startWorker } from "../support/worker.ts";

const worker = startWorker();
let post: PublishedPost;

type Chapters = { readonly version: number; readonly detail: string };

async function send(method: string, path: string, body?: string) {
  const headers = { authorization: `Bearer ${testEnv.ADMIN_API_KEY}` };
  const init = { method, headers, ...(body === undefined ? {} : { body }) };
  const response = await worker.fetch(`/api/v2/video-posts/${post.videoPostId}/parts/0${path}`, init);
  return { status: response.status, body: (await response.json()) as Chapters };
}

beforeEach(async () => {
  await emptyQueue();
  post = await publishPost(worker);
});

describe("chapters", () => {
  const chapters = [
    { startSeconds: 0, title: "Start" },
    { startSeconds: 6.5, title: "Q & A <live>" },
  ];

  it("are set as JSON or WebVTT, served in both forms, and deleted", async () => {
    const { token } = await siteToken(worker, post);
    const served = (name: string) =>
      worker.fetch(`/video/enc/videoResource/${post.videoPostId}/0/${name}?token=${token}`);
    expect((await served("chapters.vtt")).status).toBe(404);
    const set = await send("PUT", "/chapters", JSON.stringify({ chapters }));
    expect(set).toMatchObject({ status: 200, body: { origin: "SET", chapters } });
    worker.advance(5001);
    expect(await (await served("chapters.json")).text()).toBe(JSON.stringify({ chapters }));
    const vtt = await (await served("chapters.vtt")).text();
    expect(vtt).toBe(
      "WEBVTT\n\n00:00:00.000 --> 00:00:06.500\nStart\n\n00:00:06.500 --> 00:00:18.000\nQ &amp; A &lt;live&gt;\n",
    );
    expect((await send("PUT", "/chapters", vtt)).body).toMatchObject({ version: set.body.version, chapters });
    const shown = await administer(worker, "GET", `/api/v2/video-posts/${post.videoPostId}`, undefined);
    expect(shown.body).toMatchObject({ files: [{ chapters, captions: [] }] });
    expect((await send("DELETE", "/chapters")).body).toMatchObject({ origin: null, chapters: [] });
  });

  it.each([
    ["{}", /chapters/],
    ["nonsense", /neither WebVTT nor JSON/],
    ['{"chapters":[{"startSeconds":1,"title":"a"},{"startSeconds":1,"title":"b"}]}', /start after/],
    ['{"chapters":[{"startSeconds":-1,"title":"a"}]}', /startSeconds/],
    ['{"chapters":[{"startSeconds":1,"title":"a","end":2}]}', /end: unknown field/],
    ["WEBVTT\n\n00:02.000 --> 00:01.000\na\n", /line 3/],
  ])("are refused as %j", async (body, detail) => {
    const { status, body: problem } = await send("PUT", "/chapters", body);
    expect([status, problem.detail]).toEqual([422, expect.stringMatching(detail)]);
  });
});
