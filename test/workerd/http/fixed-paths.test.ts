import { beforeAll, describe, expect, it } from "vitest";
import { fixedPaths } from "../../../edge/api/fixed-paths.ts";
import { definedRoutes } from "../../../edge/routes/all.ts";
import { bearer } from "../support/admin-callers.ts";
import { type PublishedPost, publishPost } from "../support/published-post.ts";
import { testEnv } from "../support/test-env.ts";
import { startWorker } from "../support/worker.ts";

const worker = startWorker({ DEMO_VIEWERS: "enabled" });
let post: PublishedPost;
beforeAll(async () => {
  post = await publishPost(worker);
});

const FIXED = definedRoutes(worker.context)
  .map(({ definition: { method, path } }) => [method, path] as const)
  .filter(([, path]) => !path.includes("{"));

/** The same path in a spelling that only the router knows. */
function escaped(path: string): string {
  return path.replace(/[a-z]$/, (last) => `%${last.charCodeAt(0).toString(16)}`);
}

/** Status, headers and body, without what differs from one answer to the next. */
async function answerTo(method: string, path: string, init: RequestInit): Promise<object> {
  const response = await worker.fetch(path, { method, ...init });
  const headers = [...response.headers].map(([name, value]) => [name, name === "retry-after" ? "" : value]);
  const type = response.headers.get("content-type");
  const isStream = type === "text/event-stream";
  if (isStream) await response.body?.cancel();
  const text = isStream ? "" : await response.text();
  const isProblem = type === "application/problem+json";
  return { status: response.status, headers, body: isProblem ? text : text.length > 0 };
}

describe("a path without parameters", () => {
  it.each(FIXED)("is answered without the router as by it: %s %s", async (method, path) => {
    const body = method === "GET" ? {} : { body: '{"unknown":1}' };
    const admin = { ...body, headers: bearer(testEnv.ADMIN_API_KEY) };
    for (const init of [body, admin]) {
      for (const query of ["", "?unknown=1"]) {
        const direct = await answerTo(method, `${path}${query}`, init);
        expect(await answerTo(method, `${escaped(path)}${query}`, init)).toEqual(direct);
      }
    }
  });

  it("is answered with a token as by the router", async () => {
    const body = JSON.stringify({ videoPostId: post.videoPostId, fileIndex: 0 });
    const direct = await answerTo("POST", "/video/enc/token", { body });
    expect(direct).toMatchObject({ status: 200 });
    expect(await answerTo("POST", escaped("/video/enc/token"), { body })).toEqual(direct);
  });

  it("is left to the router with another method, another spelling or a longer path", () => {
    const serve = fixedPaths(worker.context, definedRoutes(worker.context));
    const served = (method: string, path: string) => {
      const url = `https://video.example${path}`;
      return serve(new Request(url, { method }), url, { waitUntil: () => {} });
    };
    for (const method of ["OPTIONS", "HEAD", "PUT"]) expect(served(method, "/video/enc/token")).toBeNull();
    for (const path of ["/video/enc/token/", "//video/enc/token", "/video/enc/tokens", "/", "/a?/video/enc/token"])
      expect(served("POST", path)).toBeNull();
  });

  it("exists only where its setting enables it", async () => {
    expect((await startWorker().fetch("/demo/subscriber-token", { method: "POST", body: "{}" })).status).toBe(404);
  });
});
