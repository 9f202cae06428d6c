import { expect, it } from "vitest";
import { createRequestHandler } from "../../../edge/request-handler.ts";
import { bearer } from "../support/admin-callers.ts";
import { publishPost } from "../support/published-post.ts";
import { testEnv } from "../support/test-env.ts";
import { ORIGIN, startWorker } from "../support/worker.ts";

/** A Worker whose requests say what they left to `waitUntil`: the request itself, if a caller who leaves must not end it. */
function holding() {
  const worker = startWorker();
  const handle = createRequestHandler(worker.context);
  const issue = async (path: string, body: object) => {
    const kept: Promise<unknown>[] = [];
    const execution = {
      waitUntil: (work: Promise<unknown>) => kept.push(work),
      passThroughOnException() {},
      props: {},
    };
    const headers = path.startsWith("/admin") ? bearer(testEnv.ADMIN_API_KEY) : {};
    const request = new Request(`${ORIGIN}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    const response = await handle(request, execution as never);
    expect(response.status).toBe(200);
    const results = await Promise.all(kept);
    return { isKept: results.includes(response) };
  };
  return { worker, issue };
}

it.each(["/video/enc/token", "/admin/video/enc/token"])(
  "a request for a token is kept when it waits for the database, and not when memory answers it: %s",
  async (path) => {
    const { videoPostId } = await publishPost(startWorker());
    const { issue } = holding();
    const part = { videoPostId, fileIndex: 0 };
    expect(await issue(path, part)).toEqual({ isKept: true });
    expect(await issue(path, part)).toEqual({ isKept: false });
  },
);
