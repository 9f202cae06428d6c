import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { publishPost } from "../support/published-post.ts";
import { RETRY_AFTER } from "../support/retry-after.ts";
import {
  type Claims,
  newKey,
  type PublishedKeys,
  published,
  type SigningKey,
  serve,
  sign,
} from "../support/viewer-issuer.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

const MINUTE = 60_000;
const ISSUER = { issuer: "https://site.example", audience: "video", jwksUrl: "https://site.example/jwks" };
const VIEWER_ISSUERS = JSON.stringify([{ id: "site", algorithm: "RS256", ...ISSUER }]);

let rsa: SigningKey;
let ed: SigningKey;
let site: PublishedKeys;
let worker: TestWorker;
let videoPostId: string;

beforeAll(async () => {
  [rsa, ed] = await Promise.all([newKey("RS256"), newKey("EdDSA")]);
  videoPostId = (await publishPost(startWorker())).videoPostId;
});

/** A Worker that has never asked the issuer. */
beforeEach(() => {
  site = published(rsa);
  worker = startWorker({ VIEWER_ISSUERS }, { fetch: () => serve(site) });
});

async function ask(authorization?: string) {
  const response = await worker.fetch("/video/enc/token", {
    method: "POST",
    headers: authorization === undefined ? {} : { authorization },
    body: JSON.stringify({ videoPostId, fileIndex: 0 }),
  });
  const { code } = (await response.json()) as { code?: string };
  return { status: response.status, retryAfter: response.headers.get("retry-after"), code };
}

/** Asks with a JWT that `by` has signed. */
async function bring(more: Claims = {}, by: Parameters<typeof sign>[1] = rsa) {
  const exp = Math.floor(worker.context.now() / 1000) + 3600;
  return ask(`Bearer ${await sign({ iss: ISSUER.issuer, aud: "video", sub: "user-7", exp, ...more }, by)}`);
}

describe("the keys of an issuer", () => {
  it("are fetched once for many viewers, and again after ten minutes", async () => {
    for (let n = 0; n < 5; n++) expect((await bring()).status).toBe(200);
    expect(site.asked).toBe(1);
    worker.advance(10 * MINUTE);
    expect((await bring()).status).toBe(200);
    expect(site.asked).toBe(2);
  });

  it("are fetched again for a kid that is new, and the viewer gets in", async () => {
    expect((await bring()).status).toBe(200);
    const next = await newKey("RS256");
    site.keys = [rsa, next];
    worker.advance(MINUTE);
    expect((await bring({}, next)).status).toBe(200);
    expect(site.asked).toBe(2);
  });

  it("are all tried for a token that names none, while the issuer changes its key", async () => {
    const next = await newKey("RS256");
    site.keys = [rsa, ed, next];
    for (const { alg, key } of [rsa, next]) expect((await bring({}, { alg, key })).status).toBe(200);
    const { alg, key } = await newKey("RS256");
    expect(await bring({}, { alg, key })).toMatchObject({ status: 401, code: "credentials-invalid" });
  });

  it("are fetched again for a token that names none and fits none, at most once a minute", async () => {
    expect((await bring()).status).toBe(200);
    const { alg, key, ...next } = await newKey("RS256");
    site.keys = [{ alg, key, ...next }];
    for (let n = 0; n < 5; n++) expect((await bring({}, { alg, key })).status).toBe(401);
    expect(site.asked).toBe(1);
    worker.advance(MINUTE);
    expect((await bring({}, { alg, key })).status).toBe(200);
    for (let n = 0; n < 5; n++) expect((await bring({}, { alg, key: rsa.key })).status).toBe(401);
    expect(site.asked).toBe(2);
  });

  it("are distinguished from those that cannot verify, which are left out", async () => {
    const { jwk } = rsa;
    const others = [
      { ...jwk, use: "enc" },
      { ...jwk, key_ops: ["encrypt"] },
      { ...jwk, alg: "PS256" },
      { kty: "RSA" },
      null,
    ];
    site.keys = [...others.map((other) => ({ ...rsa, jwk: other as object })), rsa];
    expect((await bring()).status).toBe(200);
    site.keys = [];
    worker.advance(10 * MINUTE);
    expect((await bring()).status).toBe(401);
  });

  it("are fetched at most once a minute, whatever kids strangers make up", async () => {
    expect((await bring()).status).toBe(200);
    worker.advance(MINUTE);
    const strange = await newKey("RS256");
    for (let n = 0; n < 10; n++) expect((await bring({}, { ...strange, kid: `made-up-${n}` })).status).toBe(401);
    expect(site.asked).toBe(2);
    worker.advance(MINUTE);
    expect((await bring({}, strange)).status).toBe(401);
    expect(site.asked).toBe(3);
  });

  it("are never called unknown while they are being fetched", async () => {
    expect((await bring()).status).toBe(200);
    const next = await newKey("RS256");
    site.keys = [rsa, next];
    worker.advance(MINUTE);
    const answers = await Promise.all(Array.from({ length: 10 }, () => bring({}, next)));
    const statuses = answers.map(({ status }) => status);
    expect(statuses).toContain(200);
    expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
    expect(site.asked).toBe(2);
  });

  it("count no more after ten minutes, once the issuer has withdrawn them", async () => {
    expect((await bring()).status).toBe(200);
    site.keys = [await newKey("RS256")];
    worker.advance(10 * MINUTE);
    expect((await bring()).status).toBe(401);
  });

  it.each(["error", "redirect", "not-json", "away"] as const)(
    "that cannot be had (%s) are a 503 with Retry-After, asked for again after 5 s",
    async (answer) => {
      site.answer = answer;
      const unavailable = { status: 503, code: "unavailable", retryAfter: RETRY_AFTER };
      expect(await bring()).toMatchObject(unavailable);
      expect(await bring()).toMatchObject(unavailable);
      expect(site.asked).toBe(1);
      expect((await ask()).status).toBe(200);
      site.answer = "keys";
      worker.advance(5000);
      expect((await bring()).status).toBe(200);
    },
  );

  it("stay valid for an hour while the issuer is unavailable, and a new kid is a 503 then, not a 401", async () => {
    expect((await bring()).status).toBe(200);
    site.answer = "away";
    worker.advance(30 * MINUTE);
    expect((await bring()).status).toBe(200);
    expect((await bring({}, await newKey("RS256"))).status).toBe(503);
    worker.advance(30 * MINUTE);
    expect((await bring()).status).toBe(503);
  });

  it("are fetched once for everybody who comes at once", async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => bring()));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(site.asked).toBe(1);
  });
});
