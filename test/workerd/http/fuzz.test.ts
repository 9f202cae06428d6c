import { env } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { base64Decode } from "../../../shared/lib/base64.ts";
import { TEST_SECRETS } from "../../e2e/test-secrets.ts";
import { failureReport, fuzzPlan } from "../../fuzz/fuzz-plan.ts";
import { type Answer, judgeAnswer, type Rules, secretsIn, withoutTokens } from "../../fuzz/judge-answer.ts";
import { type FuzzRequest, fuzzRequest, type Originals } from "../../fuzz/requests.ts";
import { administrationRequests, bodyRequests } from "../../fuzz/site-requests.ts";
import { database } from "../support/inspection.ts";
import { type PublishedPost, publishPost } from "../support/published-post.ts";
import { anonymousToken, askKey, type Held, siteToken, startSession, tokenId, usesOf } from "../support/viewing.ts";
import { startWorker } from "../support/worker.ts";

/* Ten thousand damaged requests, and what must come of none of them. */

const CASES = 10_000;
const AT_ONCE = 20;
const { seed, numbers } = fuzzPlan(CASES, env as { FUZZ_SEED?: unknown; FUZZ_CASE?: unknown });
const SECRETS = Object.values(TEST_SECRETS).map((secret) => secret.replace(/^\w+:/, ""));

const worker = startWorker();
let post: PublishedPost;
let session: Held;
let rules: Rules;
let originals: Originals;
let logged: string[];

beforeAll(async () => {
  post = await publishPost(worker);
  const expendable = await publishPost(worker, { title: "Expendable" });
  const issued = await siteToken(worker, post, { maxUses: 2 });
  session = await startSession(worker, post, issued);
  const publicSession = await startSession(worker, post, await anonymousToken(worker, post));
  const elsewhere = await siteToken(worker, expendable, { viewer: "site:fuzz" });
  const held = [issued, session, publicSession];
  // Both uses are taken, so that nothing that is asked later can count.
  for (const one of held) expect(await askKey(worker, post, one)).toBe("key");
  const viewing = held.flatMap((one) => [...keyPaths(one), ...playlistPaths(one)]);
  const target = {
    videoPostId: expendable.videoPostId,
    viewer: "site:fuzz",
    token: elsewhere.token,
    adminKey: TEST_SECRETS.ADMIN_API_KEY,
    processorToken: TEST_SECRETS.PROCESSOR_TOKEN,
  };
  originals = {
    viewing: [
      ...viewing,
      ...Array(6).fill(segmentPath()),
      `/watch/${post.videoPostId}/0`,
      `/api/v2/video-posts/${post.videoPostId}`,
    ],
    tokens: [...held, elsewhere].map(({ token }) => token),
    administration: administrationRequests(target),
    ...bodyRequests(target),
  };
  rules = {
    goodKeyRequests: new Set(held.flatMap(goodKeyRequests)),
    keys: [...post.keys.keys, ...expendable.keys.keys].map(({ key }) => base64Decode(key)),
    playlists: new Map(await Promise.all(held.flatMap((one) => playlistPaths(one).map((path) => original(path, one))))),
    secrets: SECRETS,
  };
});

beforeEach(() => {
  logged = [];
  for (const level of ["log", "info", "warn", "error", "debug"] as const) {
    vi.spyOn(console, level).mockImplementation((...parts: unknown[]) => {
      logged.push(parts.map(String).join(" "));
    });
  }
});
afterEach(() => vi.restoreAllMocks());

const QUALITIES = ["1080p", "720p", "480p", "360p"];
const keyIdOf = (wanted: string) => post.keys.keys.find(({ quality }) => quality === wanted)!.keyId;

/** Everybody's token may have the last two only, and so some of its requests are refusals before they are damaged. */
function keyPaths({ token }: Held): string[] {
  return QUALITIES.map((quality) => `/video/enc/key?keyId=${keyIdOf(quality)}&quality=${quality}&token=${token}`);
}

function goodKeyRequests(held: Held): string[] {
  const { q } = JSON.parse(atob(held.token.split(".")[1]!.replaceAll("-", "+").replaceAll("_", "/"))) as {
    q: string[];
  };
  return q.map((quality) => `${held.token} ${keyIdOf(quality)} ${quality}`);
}

function playlistPaths({ token }: Held): string[] {
  const base = `/video/enc/videoResource/${post.videoPostId}/0`;
  return ["master.m3u8", "480p/index.m3u8", "360p/index.m3u8"].map((file) => `${base}/${file}?token=${token}`);
}

function segmentPath(): string {
  return `/video/enc/segments/${post.keys.encryptedPrefix}480p/seg_00001.ts`;
}

async function original(path: string, held: Held): Promise<[string, string]> {
  const { body } = await ask({ method: "GET", path, headers: {} });
  return [`${path.split("?")[0]} ${tokenId(held)}`, withoutTokens(new TextDecoder().decode(body))];
}

async function ask({ method, path, headers, body }: FuzzRequest): Promise<Answer> {
  const response = await worker.fetch(path, { method, headers, ...(body === undefined ? {} : { body }) });
  return { status: response.status, headers: response.headers, body: new Uint8Array(await response.arrayBuffer()) };
}

async function failureOf(number: number): Promise<string | null> {
  const request = fuzzRequest(seed, number, originals);
  const what = await judged(request);
  return what === null ? null : failureReport(what, seed, number, request);
}

async function judged(request: FuzzRequest): Promise<string | null> {
  try {
    return await judgeAnswer(request, await ask(request), rules);
  } catch (error) {
    return `threw ${error}`;
  }
}

const sessions = () => usesOf(worker, session);

describe(`${numbers.length} damaged requests (FUZZ_SEED=${seed})`, () => {
  it("get no 5xx, no key, no playlist with their input, and leave no secret in a log", async () => {
    const failures: string[] = [];
    for (let first = 0; first < numbers.length && failures.length < 10; first += AT_ONCE) {
      const found = await Promise.all(numbers.slice(first, first + AT_ONCE).map(failureOf));
      failures.push(...found.filter((failure) => failure !== null));
    }
    expect(failures).toEqual([]);
    await worker.settled();
    expect(secretsIn(logged.join("\n"), rules)).toEqual([]);
    const audited = await database.rows("audit_event");
    expect(secretsIn(JSON.stringify(audited), rules)).toEqual([]);
  });

  it("consume nothing, and leave the original request valid", async () => {
    expect(await sessions()).toBe(2);
    for (const quality of QUALITIES) expect(await askKey(worker, post, session, quality)).toBe("key");
  });
});

describe("what judges the answers", () => {
  const answer = (body: Uint8Array, type: string, status = 200): Answer => ({
    status,
    headers: new Headers({ "content-type": type, "access-control-allow-origin": "*", "cache-control": "no-store" }),
    body: new Uint8Array(body),
  });
  const bytes = (text: string) => new TextEncoder().encode(text);
  const path = () => playlistPaths(session)[1]!;

  it.each<[string, () => [string, Answer]]>([
    ["a key", () => ["/video/enc/key", answer(rules.keys[0]!, "application/octet-stream")]],
    ["a key", () => ["/x", answer(new Uint8Array([1, ...rules.keys[1]!]), "text/plain")]],
    ["status 503", () => ["/x", answer(bytes(""), "text/plain", 503)]],
    ["a secret of the Worker", () => ["/x", answer(bytes(`oops ${SECRETS[0]}`), "text/plain")]],
    ["a token in a problem", () => ["/x", answer(bytes(session.token), "application/problem+json", 400)]],
    ["a playlist with 0 tokens", () => [path(), answer(bytes("#EXTM3U\n"), "application/vnd.apple.mpegurl")]],
    [
      "a playlist with something else in it",
      () => [path(), answer(bytes(`#EXTM3U\ntoken=${session.token}\n`), "application/vnd.apple.mpegurl")],
    ],
    ["no CORS", () => ["/x", { ...answer(bytes(""), "text/plain"), headers: new Headers() }]],
  ])("sees %s", async (what, made) => {
    const [asked, given] = made();
    expect(await judgeAnswer({ method: "GET", path: asked, headers: {} }, given, rules)).toBe(what);
  });

  it("sees tokens and keys in a log", () => {
    expect(secretsIn(`{"at":"x?token=${session.token}"}`, rules)).toHaveLength(1);
    expect(secretsIn(`key ${post.keys.keys[0]!.key}`, rules)).toHaveLength(1);
    expect(secretsIn(`{"at":"/video/enc/key","error":"away"}`, rules)).toEqual([]);
  });
});
