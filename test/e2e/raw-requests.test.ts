import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { IssuedToken } from "../../client/index.ts";
import { base64Decode } from "../../shared/lib/base64.ts";
import { type PublishedPost, publishPost } from "../fixtures/isolates/published-post.ts";
import { fuzzPlan } from "../fuzz/fuzz-plan.ts";
import { secretsIn } from "../fuzz/judge-answer.ts";
import { MARKER } from "../fuzz/mutate-text.ts";
import { type RawOriginals, rawRequest, request } from "../fuzz/raw-requests.ts";
import { exchange, UNTIL_IT_COMES } from "../fuzz/raw-socket.ts";
import { type Stack, startStack } from "./stack.ts";
import { TEST_SECRETS } from "./test-secrets.ts";

/* Bytes that no HTTP client would send, to the Worker as it runs. */

const CASES = 600;
const AT_ONCE = 40;
const { seed, numbers } = fuzzPlan(CASES, process.env);
const SECRETS = Object.values(TEST_SECRETS).map((secret) => secret.replace(/^\w+:/, ""));

let stack: Stack;
let port: number;
let film: PublishedPost;
let issued: IssuedToken;
let originals: RawOriginals;

beforeAll(async () => {
  stack = await startStack({ processor: false });
  port = Number(new URL(stack.origin).port);
  film = await publishPost(stack);
  const part = { videoPostId: film.videoPostId, fileIndex: 0 };
  issued = await stack.token(part, { maxUses: 1 });
  const media = `/video/enc/videoResource/${film.videoPostId}/0/480p/index.m3u8?token=${issued.token}`;
  originals = {
    targets: [keyTarget("480p"), keyTarget("1080p"), issued.masterUrl, media, `/watch/${film.videoPostId}/0`],
    post: { target: "/video/enc/token", body: JSON.stringify(part) },
  };
});
afterAll(() => stack?.stop());

function keyTarget(quality: string): string {
  const { keyId } = film.keys.keys.find((key) => key.quality === quality)!;
  return `/video/enc/key?keyId=${keyId}&quality=${quality}&token=${issued.token}`;
}

function contentKeys(): Uint8Array[] {
  return film.keys.keys.map(({ key }) => base64Decode(key));
}

/** What is wrong with everything that came back; null when nothing is. */
function judged(sent: Buffer, received: Buffer): string | null {
  const text = received.toString("latin1");
  const failed = answersOf(text).find(({ status, isOurs }) => status >= 500 && isOurs);
  if (failed !== undefined) return `status ${failed.status}`;
  if (THROWN.test(text)) return "an exception without an answer";
  if (/\r\nx-injected:/i.test(text)) return "an injected header";
  if (text.includes("text/html") && text.includes(MARKER)) return "input in a page";
  if (/evil\.example/.test(playlistOf(text))) return "input in a playlist";
  if (SECRETS.some((secret) => text.includes(secret))) return "a secret";
  const key = contentKeys().some((bytes) => text.includes(Buffer.from(bytes).toString("latin1")));
  return key && !isGoodKeyRequest(sent) ? "a key" : null;
}

/**
 * What the HTTP server in front of the Worker refuses by itself (two Host lines, CONNECT, chunks without a length) it
 * refuses in its own way, with a 5xx for some of it. The Worker's answers are those with its headers on them; where it
 * throws instead, the server answers with the stack.
 */
function answersOf(text: string): { status: number; isOurs: boolean }[] {
  return text.split(/(?=HTTP\/1\.[01] \d{3} )/).map((answer) => ({
    status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1] ?? 0),
    isOurs: /\r\naccess-control-allow-origin:/i.test(answer),
  }));
}

const THROWN = /^\s+at .*\/entry\.worker\.js:/m;

/** What the server in front logs of a URL that is none, and of CONNECT. */
const OF_THE_SERVER_IN_FRONT =
  /^Uncaught exception: workerd\/.*jsg\.(?:TypeError: Invalid URL string|Error: Handler does not export a connect\(\) function)\.$/;

function playlistOf(text: string): string {
  return text.includes("#EXTM3U") ? text.slice(text.indexOf("#EXTM3U")) : "";
}

/** A GET of a key's own URL, in whatever spelling, gets the key. */
function isGoodKeyRequest(sent: Buffer): boolean {
  const [method, target = ""] = sent
    .toString("latin1")
    .split(/\r|\n/)[0]!
    .split(/[ \t]+/);
  const [path = "", query] = target.replace(/^[a-z]+:\/\/[^/]*/, "").split("?");
  if (method?.toUpperCase() !== "GET" || new URL(path, stack.origin).pathname !== "/video/enc/key") return false;
  const asked = new URLSearchParams(query);
  const good = originals.targets.slice(0, 2).map((one) => new URLSearchParams(one.split("?")[1]));
  return good.some((one) => ["keyId", "quality", "token"].every((name) => one.get(name) === asked.get(name)));
}

async function failureOf(number: number): Promise<string | null> {
  const sent = rawRequest(seed, number, originals);
  const what = judged(sent, await exchange(port, sent));
  return what && `${what}, FUZZ_SEED=${seed} FUZZ_CASE=${number}: ${JSON.stringify(sent.toString("latin1"))}`;
}

describe(`${numbers.length} requests that are damaged below HTTP (FUZZ_SEED=${seed})`, () => {
  it("get no 5xx of ours, no key and nothing of theirs back, and leave no secret in the Worker's log", async () => {
    const failures: (string | null)[] = [];
    const left = numbers.values();
    const send = async () => {
      for (const number of left) failures.push(await failureOf(number));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, send));
    expect(failures.filter((failure) => failure !== null)).toEqual([]);
    const logs = stack.logs() as { level: string; message: string }[];
    const errors = logs.filter(({ level, message }) => level === "error" && !OF_THE_SERVER_IN_FRONT.test(message));
    expect(errors).toEqual([]);
    const audited = await (await stack.database()).rows("audit_event");
    for (const log of [stack.logs(), audited]) {
      expect(secretsIn(JSON.stringify(log), { keys: contentKeys(), secrets: SECRETS })).toEqual([]);
    }
  });

  it("leave the Worker as well as it was: the same socket's untouched request gets its key, byte for byte", async () => {
    const untouched = Buffer.from(request(`GET ${keyTarget("480p")} HTTP/1.1`), "latin1");
    const received = await exchange(port, untouched, UNTIL_IT_COMES);
    const body = received.subarray(received.indexOf("\r\n\r\n") + 4);
    expect(received.toString("latin1")).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(body).toEqual(Buffer.from(base64Decode(film.keys.keys.find(({ quality }) => quality === "480p")!.key)));
  });
});
