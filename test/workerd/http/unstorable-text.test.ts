import { describe, expect, it } from "vitest";
import { base64UrlEncode } from "../../../shared/lib/base64.ts";
import { uuidV7 } from "../../../shared/lib/random-id.ts";
import { call, claim, createPost } from "../support/published-post.ts";
import { requestsTo } from "../support/route-samples.ts";
import { ROUTE_TABLE } from "../support/route-table.ts";
import { startWorker } from "../support/worker.ts";

/* U+0000 and half of a surrogate pair, which Postgres refuses: a database fault would be a 503 that players repeat. */

const worker = startWorker({ DEMO_VIEWERS: "enabled" });
const SAMPLES = { videoPostId: "a%00b", fileIndex: "0", jobId: "a%00b" };
const HALF = "a\ud83db";

describe("text that no database may be given", () => {
  it.each(Object.entries(ROUTE_TABLE))("is refused in the address of %s", async (route, auth) => {
    for (const { method, path, body } of requestsTo(route, auth, SAMPLES)) {
      const address = path.includes("%00") ? path : `${path}${path.includes("?") ? "&" : "?"}a=%00`;
      const response = await worker.fetch(address, { method, ...(body === undefined ? {} : { body }) });
      expect(response.status, `${method} ${address}`).toBe(422);
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
    }
  });

  it.each([
    ["POST", "/admin/video/enc/revoke", { viewer: "a\0b" }, "viewer"],
    ["POST", "/admin/video/enc/revoke", { tokenId: HALF }, "tokenId"],
    ["POST", "/admin/viewers/forget", { viewer: "a\0b" }, "viewer"],
    [
      "POST",
      "/api/v2/video-posts",
      { title: "A", resourceType: "VIDEO", uploadFileList: [{ fileName: "a.mp4", uploadId: "a\0b" }] },
    ],
  ])(
    "is refused in the body of %s %s, by the name of its field",
    async (method, path, body, field = "uploadFileList.0.uploadId") => {
      const response = await worker.admin(method, path, body);
      const refusal = (await response.json()) as { code: string; detail: string };
      expect([response.status, refusal.code]).toEqual([422, "invalid"]);
      expect(refusal.detail).toMatch(new RegExp(`^${field}: `));
    },
  );

  it("is refused in a cursor", async () => {
    const position = JSON.stringify({ videoPostId: uuidV7(Date.now()), titleFolded: HALF });
    const cursor = base64UrlEncode(new TextEncoder().encode(position));
    const response = await worker.admin("GET", `/api/v2/video-posts?order=title&cursor=${cursor}`);
    expect([response.status, await response.text()]).toEqual([422, expect.stringContaining("cursor: is not valid")]);
  });

  it("is replaced in what a processor reports of media", async () => {
    const videoPostId = await createPost(worker);
    const order = await claim(worker, videoPostId);
    const failed = await call(worker, order, "fail", { reason: `ffmpeg: a\0${HALF}`, permanent: true });
    expect(failed.status).toBe(200);
    const post = await worker.context.posts.load(videoPostId);
    expect(post?.files[0]?.failReason).toBe("ffmpeg: a\ufffda\ufffdb");
  });
});
