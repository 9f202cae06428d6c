import { expect, it } from "vitest";
import { createRequestHandler } from "../../../edge/request-handler.ts";
import { bearer } from "../support/admin-callers.ts";
import { publishPost } from "../support/published-post.ts";
import { testEnv } from "../support/test-env.ts";
import { ORIGIN, startWorker } from "../support/worker.ts";

/* What a request leaves to `waitUntil`: itself, if a caller who leaves must not end it. */

/** Sends requests to an isolate that has just started, and says when each was kept. */
function newIsolate() {
  const handle = createRequestHandler(startWorker().context);
  return async (path: string, body: object) => {
    const kept: Promise<unknown>[] = [];
    const execution = {
      waitUntil: (work: Promise<unknown>) => kept.push(work),
      passThroughOnException() {},
      props: {},
    };
    const headers = path.startsWith("/admin") ? bearer(testEnv.ADMIN_API_KEY) : {};
    const request = new Request(`${ORIGIN}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    const answer = handle(request, execution as never);
    const fromTheStart = kept.length > 0;
    const response = await answer;
    const keptAtAll = (await Promise.all(kept)).includes(response);
    return { status: response.status, kept: fromTheStart ? "from the start" : keptAtAll ? "on a wait" : "never" };
  };
}

it("a viewer's request for a token is kept when it waits for the database, and not when memory answers it", async () => {
  const { videoPostId } = await publishPost(startWorker());
  const send = newIsolate();
  const part = { videoPostId, fileIndex: 0 };
  expect(await send("/video/enc/token", part)).toEqual({ status: 200, kept: "on a wait" });
  expect(await send("/video/enc/token", part)).toEqual({ status: 200, kept: "never" });
});

it("a site's request for a token, which is audited, is kept before its body is read", async () => {
  const { videoPostId } = await publishPost(startWorker());
  const sent = newIsolate()("/admin/video/enc/token", { videoPostId, fileIndex: 0 });
  expect(await sent).toEqual({ status: 200, kept: "from the start" });
});

it("a beacon that ends a session is kept before its body is read: its page is being closed", async () => {
  const sent = newIsolate()("/video/enc/session/end", { token: "of.no.session" });
  expect(await sent).toEqual({ status: 401, kept: "from the start" });
});
