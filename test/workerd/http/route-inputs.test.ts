import { beforeAll, describe, expect, it } from "vitest";
import { createApp } from "../../../edge/app.ts";
import { bearer, type Credentials } from "../support/admin-callers.ts";
import { claim, createPost, publishPost } from "../support/published-post.ts";
import { registeredRoutes, requestsTo, type Sample, type Samples } from "../support/route-samples.ts";
import { type AuthMethod, ROUTE_TABLE } from "../support/route-table.ts";
import { testEnv } from "../support/test-env.ts";
import { siteToken, startSession } from "../support/viewing.ts";
import { startWorker } from "../support/worker.ts";

/* Every registered route, with a query parameter and with a body field that it does not know. */

const FOR_PLAYERS = "players, proxies and measurements add parameters such as CMCD to the URLs of media";
const FOR_PEOPLE = "links to a page carry the parameters of sites that share them";
const VERSIONS_DIFFER = "a processor may be newer than the Worker, and says more than the Worker knows";

/** Routes that ignore an unknown query, and why. */
const ANY_QUERY: Readonly<Record<string, string>> = {
  "GET /": "links carry parameters of analytics",
  "GET /healthz": "probes add what keeps caches away",
  "GET /watch/:videoPostId/:fileIndex{[0-9]{1,6}}": FOR_PEOPLE,
  "GET /watch/*": FOR_PEOPLE,
  "GET /embed/:videoPostId/:fileIndex{[0-9]{1,6}}": FOR_PEOPLE,
  "GET /oembed": "it names one problem, and without a url that one",
  "GET /console": FOR_PEOPLE,
  "GET /console/*": FOR_PEOPLE,
  "GET /video/enc/videoResource/:videoPostId/:fileIndex/master.m3u8": FOR_PLAYERS,
  "GET /video/enc/videoResource/:videoPostId/:fileIndex/:rendition/index.m3u8": FOR_PLAYERS,
  "GET /video/enc/videoResource/:videoPostId/:fileIndex/:text/captions.vtt": FOR_PLAYERS,
  "GET /video/enc/videoResource/:videoPostId/:fileIndex/chapters.vtt": FOR_PLAYERS,
  "GET /video/enc/videoResource/:videoPostId/:fileIndex/chapters.json": FOR_PLAYERS,
  "GET /video/enc/videoResource/:videoPostId/:fileIndex/:image{poster\\.jpg|storyboard.+}": FOR_PLAYERS,
  "GET /video/enc/images/:videoPostId/:fileIndex/:imagesId/:name": FOR_PLAYERS,
  "GET /video/enc/key": FOR_PLAYERS,
  "GET /video/enc/segments/:key{.+\\.ts}": FOR_PLAYERS,
  "GET /m3u8-encoder/api/v2/proxy/:jobId": FOR_PLAYERS,
  "GET /m3u8-encoder/api/v2/proxy/:jobId/:variant/index.m3u8": FOR_PLAYERS,
  "GET /m3u8-encoder/api/v2/proxy/:jobId/:variant/:segment": FOR_PLAYERS,
  "ALL /api/v2/uploads/*": "tus has its inputs in headers",
  "ALL /api/v2/token-uploads/*": "tus has its inputs in headers",
};

/** Routes that ignore unknown fields of a body, and why. */
const ANY_BODY: Readonly<Record<string, string>> = {
  "ALL /api/v2/uploads/*": "the body is the file",
  "ALL /api/v2/token-uploads/*": "the body is the file",
  "POST /api/v2/video-posts/:videoPostId/parts/:fileIndex/captions": "the body is the file",
  "PUT /api/v2/video-posts/:videoPostId/parts/:fileIndex/captions/:captionId/text": "the body is the file",
  ...Object.fromEntries(
    Object.keys(ROUTE_TABLE)
      .filter((route) => route.startsWith("POST /internal/"))
      .map((route) => [route, VERSIONS_DIFFER]),
  ),
};

const worker = startWorker({ DEMO_VIEWERS: "enabled" });
let samples: Samples;
let credential: string;
let session: string;

beforeAll(async () => {
  const post = await publishPost(worker);
  const held = await claim(worker, await createPost(worker));
  credential = held.credential;
  session = (await startSession(worker, post, await siteToken(worker, post))).token;
  samples = { videoPostId: post.videoPostId, fileIndex: "0", jobId: held.jobId };
});

function credentialsFor({ kind }: AuthMethod): Credentials {
  switch (kind) {
    case "scope":
    case "caller":
      return bearer(testEnv.ADMIN_API_KEY as string);
    case "processor":
      return bearer(testEnv.PROCESSOR_TOKEN as string);
    case "lease":
      return bearer(credential);
    case "session-token":
      return bearer(session);
    default:
      return {};
  }
}

type Row = [route: string, auth: AuthMethod];
const rows = (but: Readonly<Record<string, string>>): Row[] =>
  Object.entries(ROUTE_TABLE).filter(([route]) => but[route] === undefined);
const takesBody = ([route]: Row) => !route.startsWith("GET ");

async function expectRefused({ method, path, body }: Sample, auth: AuthMethod, problem: string): Promise<void> {
  const asked = { method, headers: credentialsFor(auth), ...(body === undefined ? {} : { body }) };
  const response = await worker.fetch(path, asked);
  expect(response.status, `${method} ${path}`).toBe(422);
  const { detail } = (await response.json()) as { detail: string };
  expect(detail.split("; "), `${method} ${path}`).toContain(problem);
}

it("the table of routes is complete", () => {
  expect(registeredRoutes(createApp(worker.context))).toEqual(Object.keys(ROUTE_TABLE).toSorted());
});

describe("an unknown query parameter", () => {
  it.each(rows(ANY_QUERY))("is refused by its name at %s", async (route, auth) => {
    // HEAD is answered by what answers GET.
    for (const sample of requestsTo(route, auth, samples).filter(({ method }) => method !== "HEAD")) {
      const path = `${sample.path}?surprise=1`;
      await expectRefused({ ...sample, path }, auth, "surprise: unknown parameter");
    }
  });

  it("is not repeated where it is as long as a secret", async () => {
    const path = `/api/v2/jobs?${"s".repeat(32)}=1`;
    const response = await worker.admin("GET", path);
    expect(response.status).toBe(422);
    expect(await response.text()).not.toContain("sss");
  });

  it.each(["/api/v2/jobs?state=FAILED&state=QUEUED", "/admin/audit?limit=1&limit=2"])(
    "is as good as one that is given twice: %s",
    async (path) => {
      const response = await worker.admin("GET", path);
      expect([response.status, ((await response.json()) as { detail: string }).detail]).toEqual([
        422,
        `${path.includes("state") ? "state" : "limit"}: given twice`,
      ]);
    },
  );
});

describe("an unknown field of the body", () => {
  it.each(rows(ANY_BODY).filter(takesBody))("is refused by its name at %s", async (route, auth) => {
    for (const sample of requestsTo(route, auth, samples)) {
      const body = JSON.stringify({ surprise: 1 });
      await expectRefused({ ...sample, body }, auth, "surprise: unknown field");
    }
  });

  const nested: [method: string, path: string, body: unknown, problem: string][] = [
    [
      "POST",
      "/api/v2/video-posts",
      { title: "x", resourceType: "VIDEO", uploadFileList: [{ uploadId: "u", fileName: "f", fileIndx: 0 }] },
      "uploadFileList.0.fileIndx: unknown field",
    ],
    [
      "PATCH",
      "/api/v2/video-posts/x",
      { interaction: { comments: true, liveComments: true, likes: true } },
      "interaction.likes: unknown field",
    ],
    [
      "PUT",
      "/admin/video/enc/quality-auth",
      { videoPostId: "x", fileIndex: 0, policies: [{ quality: "480p", policy: "PUBLIC", entitlements: [] }] },
      "policies.0.entitlements: unknown field",
    ],
    [
      "POST",
      "/admin/video/imports",
      { parts: [{ fileName: "f", key: "k", qualities: ["480p"], quality: "480p" }] },
      "parts.0.quality: unknown field",
    ],
  ];
  it.each(nested)("is refused where it is nested: %s %s", async (method, path, body, problem) => {
    const response = await worker.admin(method, path, body);
    expect(response.status).toBe(422);
    expect(((await response.json()) as { detail: string }).detail.split("; ")).toContain(problem);
  });
});
