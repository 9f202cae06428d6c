import { beforeAll, describe, expect, it } from "vitest";
import type { Env } from "../../../edge/env.ts";
import { bearer, type Credentials } from "../support/admin-callers.ts";
import { failingBucket } from "../support/failing-bucket.ts";
import { throws } from "../support/faults.ts";
import { faultyDatabase } from "../support/faulty-database.ts";
import { IssueCounters } from "../support/issue-counters.ts";
import { type PublishedPost, publishPost } from "../support/published-post.ts";
import { requestsTo, type Samples } from "../support/route-samples.ts";
import { type AuthMethod, ROUTE_TABLE } from "../support/route-table.ts";
import { testEnv } from "../support/test-env.ts";
import { type Held, siteToken, startSession } from "../support/viewing.ts";
import { startWorker } from "../support/worker.ts";

/* Every route while the database, the buckets and the counting objects are away: no crowd comes back at once. */

const AWAY = "Network connection lost.";
const away = {
  getByName: () => ({ begin: throws(AWAY), refresh: throws(AWAY), end: throws(AWAY), status: throws(AWAY) }),
} as unknown as Env["PLAY_COUNTER"];

let post: PublishedPost;
let samples: Samples;
let session: Held;

beforeAll(async () => {
  const worker = startWorker();
  post = await publishPost(worker);
  session = await startSession(worker, post, await siteToken(worker, post, { maxUses: 3 }));
  samples = {
    videoPostId: post.videoPostId,
    otherVideoPostId: post.videoPostId,
    fileIndex: "0",
    quality: "480p",
    rendition: "480p",
    image: "poster.jpg",
    text: "text-Zk3v_0aB-cDeFgHiJkLmNw",
    keyId: post.keys.keys.find((key) => key.quality === "480p")!.keyId,
    jobId: "019a0000-0000-7000-8000-00000000dead",
    key: `${post.keys.encryptedPrefix}480p/seg_00001.ts`,
  };
});

function startBroken(settings: Record<string, unknown> = {}) {
  const at = Date.now();
  const buckets = [failingBucket(testEnv.SOURCE), failingBucket(testEnv.PLAYBACK)] as const;
  for (const bucket of buckets) bucket.fail(throws(AWAY));
  const { bindings: database } = faultyDatabase(throws(`D1_ERROR: ${AWAY}`));
  const bindings = { ...database, SOURCE: buckets[0].binding, PLAYBACK: buckets[1].binding, PLAY_COUNTER: away };
  return startWorker({ ...bindings, ...settings }, { now: () => at });
}

/** Credentials that only the database, or a counting object, can judge. */
function credentialsOf({ kind }: AuthMethod): Credentials {
  if (kind === "scope" || kind === "caller") return bearer(`llk_0123456789abcdef_${"A".repeat(43)}`);
  if (kind === "processor") return bearer(testEnv.PROCESSOR_TOKEN as string);
  return kind === "session-token" ? bearer(session.token) : {};
}

/** What answers without the database: health, fixed pages, the credential of a job, input that is checked first. */
const INDEPENDENT =
  /GET \/$|healthz|demo|GET \/watch\/\*|console|embed|:jobId|processors\/|token-uploads|internal\/|openapi|reference|llms|docs/;

describe("a response that says to come again", () => {
  it("has a Retry-After of 1 to 8 seconds at every route, and not always the same", async () => {
    const seen: string[] = [];
    for (const [route, auth] of Object.entries(ROUTE_TABLE)) {
      const broken = startBroken();
      for (const { method, path, body } of requestsTo(route, auth, samples)) {
        const token = auth.kind === "playback-token" ? `${path.includes("?") ? "&" : "?"}token=${session.token}` : "";
        const init = { method, headers: credentialsOf(auth), ...(body === undefined ? {} : { body }) };
        const response = await broken.fetch(`${path}${token}`, init);
        await response.arrayBuffer();
        const isFinalWithoutDatabase = INDEPENDENT.test(route) || (method === "HEAD" && route.endsWith("/key"));
        if (response.status !== 503 && isFinalWithoutDatabase) continue;
        expect([`${method} ${route}`, response.status]).toEqual([`${method} ${route}`, 503]);
        expect(response.headers.get("retry-after")).toMatch(/^[1-8]$/);
        seen.push(response.headers.get("retry-after")!);
      }
    }
    expect(seen.length).toBeGreaterThan(40);
    expect(new Set(seen).size).toBeGreaterThan(3);
  });

  it("has one where too many requests came, and where a video is not ready", async () => {
    const counters = new IssueCounters();
    counters.everything = true;
    const worker = startBroken({ TOKEN_ISSUE_LIMIT: counters });
    const body = JSON.stringify({ videoPostId: post.videoPostId, fileIndex: 0 });
    const seen: (string | null)[] = [];
    for (let n = 0; n < 30; n++) {
      const response = await worker.fetch("/video/enc/token", { method: "POST", body });
      await response.arrayBuffer();
      if (n >= 5) expect(response.status).toBe(429);
      seen.push(response.headers.get("retry-after"));
    }
    const page = await worker.fetch(`/watch/${crypto.randomUUID()}/0`);
    expect([page.status, await page.text()]).toEqual([429, expect.stringContaining("<html")]);
    seen.push(page.headers.get("retry-after"));
    const own = startWorker();
    const early = await publishPost(own, { title: "Revoked" });
    const revoked = { videoPostId: early.videoPostId, fileIndex: 0, keyVersion: 1 };
    expect((await own.admin("POST", "/admin/video/enc/revoke", revoked)).status).toBe(200);
    const part = JSON.stringify({ videoPostId: early.videoPostId, fileIndex: 0 });
    const notReady = await own.fetch("/video/enc/token", { method: "POST", body: part });
    expect([notReady.status, await notReady.json()]).toMatchObject([409, { code: "not-ready" }]);
    seen.push(notReady.headers.get("retry-after"));
    for (const value of seen) expect(value).toMatch(/^[1-8]$/);
    expect(new Set(seen).size).toBeGreaterThan(2);
  });
});
