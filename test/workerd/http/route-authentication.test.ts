import { beforeAll, describe, expect, it } from "vitest";
import { createApp } from "../../../edge/app.ts";
import type { WorkOrder } from "../../../shared/application/protocols/job-protocol.ts";
import type { Scope } from "../../../shared/domain/access/scope.ts";
import { textRenditionName } from "../../../shared/domain/quality/rendition-name.ts";
import {
  ACCESS_CERTS,
  AUTH_SETTINGS,
  access,
  allScopesBut,
  bearer,
  type Credentials,
  createKey,
  gateway,
} from "../support/admin-callers.ts";
import { publishIllustrated } from "../support/images.ts";
import { claim, createPost, type PublishedPost, publishPost } from "../support/published-post.ts";
import { registeredRoutes, requestsTo, type Sample, type Samples } from "../support/route-samples.ts";
import { type AuthMethod, ROUTE_TABLE } from "../support/route-table.ts";
import { testEnv } from "../support/test-env.ts";
import { newKey, published, type SigningKey, serve } from "../support/viewer-issuer.ts";
import { siteToken, startSession } from "../support/viewing.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";
import { wrongCredentials } from "../support/wrong-credentials.ts";

/*
 * Every route that is registered, with no credentials, with wrong ones, and with right ones that are for something else.
 * The table is route-table.ts; a route that is not in it fails here.
 */

const accessKeys = { current: null as SigningKey | null };
const fetch = async (url: string) => {
  if (url !== ACCESS_CERTS || accessKeys.current === null) throw new Error(`nothing is served at ${url}`);
  return serve(published(accessKeys.current));
};
const worker: TestWorker = startWorker({ ...AUTH_SETTINGS, DEMO_VIEWERS: "enabled" }, { fetch });

let post: PublishedPost;
let held: WorkOrder;
let heldByAnother: WorkOrder;
let playback: string;
let samples: Samples;
let strangers: readonly (readonly [string, Credentials])[];

beforeAll(async () => {
  accessKeys.current = await newKey("RS256");
  post = await publishIllustrated(worker, {});
  const other = await publishPost(worker);
  heldByAnother = await claim(worker, await createPost(worker));
  held = await claim(worker, await createPost(worker));
  const part = `/api/v2/video-posts/${post.videoPostId}/parts/0`;
  await worker.admin("PUT", `${part}/chapters`, { chapters: [{ startSeconds: 0, title: "Start" }] });
  playback = (await siteToken(worker, post, { qualities: ["480p"] })).token;
  samples = {
    videoPostId: post.videoPostId,
    otherVideoPostId: other.videoPostId,
    fileIndex: "0",
    quality: "480p",
    rendition: "480p",
    image: "poster.jpg",
    text: textRenditionName(await addedText(part)),
    keyId: post.keys.keys.find((key) => key.quality === "480p")!.keyId,
    jobId: held.jobId,
    key: `${post.keys.encryptedPrefix}480p/seg_00001.ts`,
  };
  strangers = await wrongCredentials(worker, accessKeys.current, playback);
});

async function addedText(part: string): Promise<string> {
  const init = { method: "POST", headers: bearer(testEnv.ADMIN_API_KEY as string), body: CAPTIONS };
  await worker.fetch(`${part}/captions?language=en&name=English`, init);
  return (await worker.context.posts.load(post.videoPostId))!.files[0]!.captions[0]!.textId;
}

const CAPTIONS = "WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n";

async function ask({ method, path, body }: Sample, credentials: Credentials = {}): Promise<Answer> {
  const response = await worker.fetch(path, { method, headers: credentials, ...(body === undefined ? {} : { body }) });
  // A stream has no end.
  const isStream = response.headers.get("content-type") === "text/event-stream";
  if (isStream) await response.body?.cancel();
  const text = isStream ? "" : new TextDecoder().decode(await response.arrayBuffer());
  const isProblem = response.headers.get("content-type") === "application/problem+json" && text !== "";
  await worker.settled();
  return { status: response.status, code: isProblem ? (JSON.parse(text) as { code: string }).code : null };
}

type Answer = { readonly status: number; readonly code: string | null };

/** `who`: whose request it is, so that a failure names it. */
async function expectRefused(sample: Sample, status: number, who: string, credentials: Credentials): Promise<void> {
  const answer = await ask(sample, credentials);
  expect(answer.status, `${sample.method} ${sample.path} with ${who}`).toBe(status);
}

async function expectLetIn(sample: Sample, who: string, credentials: Credentials): Promise<void> {
  const { status, code } = await ask(sample, credentials);
  const seen = `${sample.method} ${sample.path} with ${who}: ${status} ${code}`;
  expect(status !== 401 && status !== 403 && status < 500, seen).toBe(true);
}

type Row<Kind extends AuthMethod["kind"]> = [route: string, auth: Extract<AuthMethod, { kind: Kind }>];

const routesOf = <Kind extends AuthMethod["kind"]>(kind: Kind) =>
  Object.entries(ROUTE_TABLE).filter(([, auth]) => auth.kind === kind) as Row<Kind>[];

it("the table holds every route that is registered, and no other", () => {
  expect(registeredRoutes(createApp(worker.context))).toEqual(Object.keys(ROUTE_TABLE).toSorted());
});

describe("a route for callers with a scope", () => {
  it.each(routesOf("scope"))("refuses at %s a caller without credentials", async (route, auth) => {
    for (const sample of requestsTo(route, auth, samples)) {
      await expectRefused(sample, 401, "nothing", {});
      for (const [who, credentials] of strangers) await expectRefused(sample, 401, who, credentials);
      await expectRefused(sample, 401, "a processor's token", bearer(testEnv.PROCESSOR_TOKEN as string));
      await expectRefused(sample, 401, "a job's credential", bearer(held.credential));
      const query = { ...sample, path: `${sample.path}?token=${testEnv.ADMIN_API_KEY}` };
      await expectRefused(query, 401, "the first key in the query", {});
    }
  });

  const keys = new Map<Scope, Promise<{ lacking: string; having: string }>>();
  const keysFor = (scope: Scope) => {
    const made = keys.get(scope) ?? makeKeys(scope);
    keys.set(scope, made);
    return made;
  };
  async function makeKeys(scope: Scope) {
    const lacking = await createKey(worker, allScopesBut(scope));
    return { lacking: lacking.key, having: (await createKey(worker, [scope])).key };
  }

  it.each(routesOf("scope"))("refuses at %s a caller with every scope but its own", async (route, auth) => {
    const { lacking } = await keysFor(auth.scope);
    for (const sample of requestsTo(route, auth, samples)) {
      await expectRefused(sample, 403, "another key", bearer(lacking));
      await expectRefused(sample, 403, "another user of the gateway", gateway(allScopesBut(auth.scope)));
      await expectRefused(sample, 403, "a user without scopes", gateway([]));
    }
  });

  it.each(routesOf("scope"))("accepts at %s a caller with its scope", async (route, auth) => {
    const { having } = await keysFor(auth.scope);
    for (const sample of requestsTo(route, auth, { ...samples, ...NOBODYS })) {
      await expectLetIn(sample, `a key with ${auth.scope}`, bearer(having));
      await expectLetIn(sample, "the first key", bearer(testEnv.ADMIN_API_KEY as string));
      await expectLetIn(sample, `the gateway, with ${auth.scope}`, gateway([auth.scope]));
      await expectLetIn(sample, "Access", await access(accessKeys.current!, worker.context.now()));
    }
  });
});

describe("a route for every caller", () => {
  it.each(routesOf("caller"))("%s is closed to strangers", async (route, auth) => {
    for (const sample of requestsTo(route, auth, samples)) {
      await expectRefused(sample, 401, "nothing", {});
      for (const [who, credentials] of strangers) await expectRefused(sample, 401, who, credentials);
      await expectRefused(sample, 401, "a processor's token", bearer(testEnv.PROCESSOR_TOKEN as string));
    }
  });

  it.each(routesOf("caller"))("%s is open to callers, also without a scope", async (route, auth) => {
    for (const sample of requestsTo(route, auth, samples)) {
      await expectLetIn(sample, "the first key", bearer(testEnv.ADMIN_API_KEY as string));
      await expectLetIn(sample, "a user without scopes", gateway([]));
      await expectLetIn(sample, "Access", await access(accessKeys.current!, worker.context.now()));
    }
  });
});

/** Names of things that are not there, so that nothing that the other tests need is changed. */
const NOBODYS: Samples = { videoPostId: "nobodys", jobId: "nobodys", keyId: "nobodys" };

describe("a route for processors", () => {
  it.each(routesOf("processor"))("%s is closed to everybody else", async (route, auth) => {
    for (const sample of requestsTo(route, auth, samples)) {
      await expectRefused(sample, 401, "nothing", {});
      for (const [who, credentials] of strangers) await expectRefused(sample, 401, who, credentials);
      await expectRefused(sample, 401, "the first key", bearer(testEnv.ADMIN_API_KEY as string));
      await expectRefused(sample, 401, "a job's credential", bearer(held.credential));
      await expectRefused(sample, 401, "the gateway", gateway(["admin"]));
    }
  });

  it.each(routesOf("processor"))("%s is open to processors", async (route, auth) => {
    for (const sample of requestsTo(route, auth, { ...samples, ...NOBODYS })) {
      await expectLetIn(sample, "a processor's token", bearer(testEnv.PROCESSOR_TOKEN as string));
    }
  });
});

describe("a route for the holder of a job", () => {
  it.each(routesOf("lease"))("%s is closed to everybody else", async (route, auth) => {
    for (const sample of requestsTo(route, auth, samples)) {
      await expectRefused(sample, 401, "nothing", {});
      for (const [who, credentials] of strangers) await expectRefused(sample, 401, who, credentials);
      await expectRefused(sample, 401, "the first key", bearer(testEnv.ADMIN_API_KEY as string));
      await expectRefused(sample, 401, "a processor's token", bearer(testEnv.PROCESSOR_TOKEN as string));
      await expectRefused(sample, 401, "the gateway", gateway(["admin"]));
      await expectRefused(sample, 403, "another job's credential", bearer(heldByAnother.credential));
    }
  });

  it.each(routesOf("lease"))("%s is open to the holder", async (route, auth) => {
    for (const sample of requestsTo(route, auth, samples)) {
      await expectLetIn(sample, "the job's credential", bearer(held.credential));
    }
  });
});

describe("a route for viewers with a playback token", () => {
  const withToken = (sample: Sample, token: string): Sample => ({
    ...sample,
    path: `${sample.path}${sample.path.includes("?") ? "&" : "?"}token=${token}`,
  });

  it.each(routesOf("playback-token"))("%s is closed without one", async (route, auth) => {
    const last = playback.at(-1) === "A" ? "Q" : "A";
    for (const sample of requestsTo(route, auth, samples)) {
      await expectRefused(sample, 401, "nothing", {});
      for (const [who, credentials] of strangers) await expectRefused(sample, 401, who, credentials);
      await expectRefused(sample, 401, "the first key", bearer(testEnv.ADMIN_API_KEY as string));
      await expectRefused(sample, 401, "the token in a header", bearer(playback));
      await expectRefused(withToken(sample, "open-sesame"), 401, "a word for a token", {});
      await expectRefused(withToken(sample, `${playback.slice(0, -1)}${last}`), 401, "a changed token", {});
      await expectRefused(withToken(sample, held.credential), 401, "a job's credential for a token", {});
    }
  });

  it.each(routesOf("playback-token"))("%s is closed to a token for something else", async (route, auth) => {
    for (const sample of requestsTo(route, auth, { ...samples, ...auth.beyond })) {
      const answer = await ask(withToken(sample, playback));
      const code = sample.method === "HEAD" ? null : auth.code;
      expect(answer, `${sample.method} ${sample.path}`).toEqual({ status: 403, code });
    }
  });

  it.each(routesOf("playback-token"))("%s is open to a token for it", async (route, auth) => {
    for (const sample of requestsTo(route, auth, samples)) {
      expect((await ask(withToken(sample, playback))).status, `${sample.method} ${sample.path}`).toBe(200);
    }
  });
});

describe("a route for play sessions", () => {
  const withBody = (sample: Sample, token: string): Sample => ({ ...sample, body: JSON.stringify({ token }) });

  it.each(routesOf("session-token"))("%s is closed without a session's token", async (route, auth) => {
    const { token } = await startSession(worker, post, { token: playback });
    for (const sample of requestsTo(route, auth, samples)) {
      await expectRefused(sample, 401, "nothing", {});
      for (const [who, credentials] of strangers) {
        await expectRefused(sample, who === "a playback token" ? 403 : 401, who, credentials);
      }
      await expectRefused(sample, 401, "the first key", bearer(testEnv.ADMIN_API_KEY as string));
      await expectRefused(sample, 401, "a job's credential", bearer(held.credential));
      await expectRefused(withBody(sample, "open-sesame"), 401, "a word for a token", {});
      await expectRefused(withBody(sample, playback), 403, "a token that was issued", {});
      const query = { ...sample, path: `${sample.path}?token=${token}` };
      await expectRefused(query, 401, "the session's token in the query", {});
    }
  });

  it.each(routesOf("session-token"))("%s is open to a session, by header and by body", async (route, auth) => {
    for (const sample of requestsTo(route, auth, samples)) {
      const { token } = await startSession(worker, post, { token: playback });
      await expectLetIn(sample, "a session's token", bearer(token));
      await expectLetIn(withBody(sample, token), "a session's token in the body", {});
    }
  });
});

describe("a route for viewers", () => {
  it.each(routesOf("viewer"))("%s is open to nobody in particular", async (route, auth) => {
    for (const sample of requestsTo(route, auth, samples)) expect((await ask(sample)).status).toBe(200);
  });

  it.each(routesOf("viewer"))("refuses at %s wrong credentials", async (route, auth) => {
    const claiming = strangers.filter(([, credentials]) => "authorization" in credentials);
    expect(claiming.length).toBeGreaterThan(5);
    for (const sample of requestsTo(route, auth, samples)) {
      for (const [who, credentials] of claiming) await expectRefused(sample, 401, who, credentials);
      await expectRefused(sample, 401, "the first key", bearer(testEnv.ADMIN_API_KEY as string));
    }
  });
});

describe("a route for anybody", () => {
  it.each(routesOf("open"))("answers at %s the same to every caller", async (route, auth) => {
    for (const sample of requestsTo(route, auth, samples)) {
      const { status } = await ask(sample);
      expect(status !== 401 && status !== 403 && status < 500, `${sample.method} ${sample.path}: ${status}`).toBe(true);
      for (const [who, credentials] of strangers) await expectRefused(sample, status, who, credentials);
    }
  });
});
