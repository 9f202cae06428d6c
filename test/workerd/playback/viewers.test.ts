import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { base64UrlEncode } from "../../../shared/lib/base64.ts";
import { publishPost } from "../support/published-post.ts";
import { testEnv } from "../support/test-env.ts";
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

const ISSUERS = [
  {
    id: "main",
    issuer: "https://site.example",
    audience: "video",
    algorithm: "RS256",
    jwksUrl: "https://site.example/jwks",
  },
  {
    id: "second",
    issuer: "https://second.example",
    audience: "video",
    algorithm: "ES256",
    jwksUrl: "https://second.example/jwks",
    entitlementsClaim: "https://second.example/plans",
    subjectClaim: "uid",
  },
  {
    id: "third",
    issuer: "third",
    audience: "video",
    algorithm: "EdDSA",
    jwksUrl: "https://third.example/jwks",
  },
  { id: "shop", issuer: "shop", audience: "video", algorithm: "HS256", secretIds: ["new", "old"] },
];
const NEW_SECRET = new Uint8Array(64).fill(3);
const OLD_SECRET = new Uint8Array(32).fill(4);
const SECRETS = `new:${btoa("\u0003".repeat(64))},old:${btoa("\u0004".repeat(32))}`;

let rsa: SigningKey;
let ec: SigningKey;
let ed: SigningKey;
let site: PublishedKeys;
let worker: TestWorker;
let videoPostId: string;

beforeAll(async () => {
  [rsa, ec, ed] = await Promise.all([newKey("RS256"), newKey("ES256"), newKey("EdDSA")]);
  videoPostId = (await publishPost(startWorker())).videoPostId;
});

/** A Worker that has never asked any issuer. */
beforeEach(() => {
  site = published(rsa);
  const network = new Map([
    ["https://site.example/jwks", site],
    ["https://second.example/jwks", published(ec)],
    ["https://third.example/jwks", published(ed)],
  ]);
  const settings = { VIEWER_ISSUERS: JSON.stringify(ISSUERS), VIEWER_SECRETS: SECRETS };
  worker = startWorker(settings, { fetch: (url) => serve(network.get(url)!) });
});

const seconds = (more = 0) => Math.floor(worker.context.now() / 1000) + more;
const claims = (more: Claims = {}): Claims => ({
  iss: "https://site.example",
  aud: "video",
  sub: "user-7",
  exp: seconds(3600),
  entitlements: ["1080p"],
  ...more,
});

async function ask(authorization?: string) {
  const response = await worker.fetch("/video/enc/token", {
    method: "POST",
    headers: authorization === undefined ? {} : { authorization },
    body: JSON.stringify({ videoPostId, fileIndex: 0 }),
  });
  const body = (await response.json()) as { token?: string; qualities?: string[]; code?: string; detail?: string };
  if (body.token !== undefined) newest = body.token;
  return { status: response.status, retryAfter: response.headers.get("retry-after"), ...body };
}

const bring = async (more: Claims = {}, by: Parameters<typeof sign>[1] = rsa) =>
  ask(`Bearer ${await sign(claims(more), by)}`);
/** The token that was issued last. */
let newest = "";
const newestViewer = () =>
  (JSON.parse(atob(newest.split(".")[1]!.replaceAll("-", "+").replaceAll("_", "/"))) as { d?: string }).d;
const idOf = (viewer: string) => worker.context.viewerIds.of(viewer);

describe("a viewer's JWT", () => {
  it("opens what its entitlements do, beside what is public, and names the viewer in the token, by an id that is no name", async () => {
    expect(await bring()).toMatchObject({ status: 200, qualities: ["1080p", "480p", "360p"] });
    expect(newestViewer()).toBe(await idOf("main:user-7"));
    expect(newestViewer()).toMatch(/^[\w-]{22}$/);
    expect((await bring({ entitlements: ["720p"] })).qualities).toEqual(["720p", "480p", "360p"]);
  });

  it("is not needed for what is public", async () => {
    expect(await ask()).toMatchObject({ status: 200, qualities: ["480p", "360p"] });
    expect(site.asked).toBe(0);
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ["ES256, with claims of other names", () => bring(second(), ec), "second:u-1"],
    ["EdDSA", () => bring({ iss: "third" }, ed), "third:user-7"],
    ["HS256", () => bring({ iss: "shop" }, { alg: "HS256", key: NEW_SECRET }), "shop:user-7"],
    ["HS256 with the secret before", () => bring({ iss: "shop" }, { alg: "HS256", key: OLD_SECRET }), "shop:user-7"],
  ])("may be of several issuers: %s", async (_, attempt, viewer) => {
    expect(await attempt()).toMatchObject({ status: 200, qualities: ["1080p", "480p", "360p"] });
    expect(newestViewer()).toBe(await idOf(viewer));
  });

  it("may list entitlements in one text, or have none", async () => {
    expect((await bring({ entitlements: "720p 1080p" })).qualities).toEqual(["1080p", "720p", "480p", "360p"]);
    const { entitlements: _, ...none } = claims();
    expect((await ask(`Bearer ${await sign(none, rsa)}`)).qualities).toEqual(["480p", "360p"]);
  });

  it("may have ended a moment ago, as clocks differ", async () => {
    expect((await bring({ exp: seconds(-2) })).status).toBe(200);
  });
});

function second(): Claims {
  const { sub: _, entitlements: __, ...rest } = claims({ iss: "https://second.example" });
  return { ...rest, sub: undefined, entitlements: undefined, uid: "u-1", "https://second.example/plans": ["1080p"] };
}

describe("credentials that are no good get 401, and never an anonymous token", () => {
  const shop = { alg: "HS256", key: NEW_SECRET };
  it.each<[string, () => Promise<unknown>]>([
    ["another issuer", () => bring({ iss: "https://other.example" })],
    ["no issuer", () => bring({ iss: undefined })],
    ["another audience", () => bring({ aud: "shop" })],
    ["no audience", () => bring({ aud: undefined })],
    ["no end", () => bring({ exp: undefined })],
    ["an end that is over", () => bring({ exp: seconds(-10) })],
    ["a beginning that is to come", () => bring({ nbf: seconds(60) })],
    ["no subject", () => bring({ sub: undefined })],
    ["a subject with U+0000", () => bring({ sub: "user\0" })],
    ["a subject with half of a surrogate pair", () => bring({ sub: "user\ud83d" })],
    ["entitlements that are no list", () => bring({ entitlements: { gold: true } })],
    ["another issuer's key", () => bring({ iss: "third" }, rsa)],
    ["another issuer's key under this one's kid", () => bring({ iss: "third" }, { ...rsa, kid: ed.kid })],
    ["a shared secret where keys are due", () => bring({}, { ...shop, kid: rsa.kid })],
    ["a secret that is not the issuer's", () => bring({ iss: "shop" }, { alg: "HS256", key: new Uint8Array(32) })],
    ["another algorithm, with the right secret", () => bring({ iss: "shop" }, { alg: "HS512", key: NEW_SECRET })],
    [
      "the public key as a secret",
      () => bring({}, { alg: "HS256", key: new TextEncoder().encode(JSON.stringify(rsa.jwk)) }),
    ],
    ["the API key", () => ask(`Bearer ${testEnv.ADMIN_API_KEY}`)],
    ["no JWT at all", () => ask("Bearer a.b.c")],
    ["another scheme", () => ask("Basic dXNlcjpwYXNz")],
    ["an empty header", () => ask("")],
  ])("%s", async (_, attempt) => {
    expect(await attempt()).toMatchObject({ status: 401, code: "credentials-invalid" });
  });

  it("alg none", async () => {
    const encode = (value: unknown) => base64UrlEncode(new TextEncoder().encode(JSON.stringify(value)));
    expect((await ask(`Bearer ${encode({ alg: "none", kid: rsa.kid })}.${encode(claims())}.`)).status).toBe(401);
  });

  it("a payload that was changed after it was signed", async () => {
    const [header, , signature] = (await sign(claims({ entitlements: [] }), rsa)).split(".");
    const payload = base64UrlEncode(new TextEncoder().encode(JSON.stringify(claims())));
    expect((await ask(`Bearer ${header}.${payload}.${signature}`)).status).toBe(401);
  });

  it("where no issuer is configured, any token", async () => {
    const token = await sign(claims(), rsa);
    worker = startWorker();
    expect(await ask(`Bearer ${token}`)).toMatchObject({ status: 401, code: "credentials-invalid" });
  });

  it("without a word of the token in the answer", async () => {
    const answer = await bring({ exp: seconds(-10), sub: "somebody-private" });
    expect(JSON.stringify(answer)).not.toMatch(/somebody-private|eyJ/);
    expect(answer.detail).toBe("the token has expired");
  });
});

describe("the settings of issuers", () => {
  const start = (issuers: unknown, secrets?: string) => () =>
    startWorker({ VIEWER_ISSUERS: issuers, ...(secrets === undefined ? {} : { VIEWER_SECRETS: secrets }) });
  const [main, , , shop] = ISSUERS;

  it("may be a list, as wrangler.toml can hold one", () => {
    expect(start(ISSUERS, SECRETS)().context.settings.VIEWER_ISSUERS).toHaveLength(4);
  });

  it.each<[string, unknown, RegExp]>([
    ["text that is no JSON", "{", /VIEWER_ISSUERS/],
    ["another algorithm", [{ ...main, algorithm: "none" }], /VIEWER_ISSUERS/],
    ["an issuer without an audience", [{ ...main, audience: undefined }], /VIEWER_ISSUERS/],
    ["keys over http", [{ ...main, jwksUrl: "http://site.example/jwks" }], /https is needed/],
    ["two entries of one issuer", [main, { ...main, id: "again" }], /same issuer/],
    ["two entries of one id", [main, { ...main, issuer: "again" }], /same id/],
    ["a shared secret that is not there", [shop], /VIEWER_SECRETS has no secret new/],
  ])("are refused with %s", (_, issuers, message) => {
    expect(start(issuers)).toThrow(message);
  });

  it("are refused with a secret that is too short, without showing it", () => {
    const short = btoa("short-secret");
    expect(start([shop], `new:${short}`)).toThrow(/VIEWER_SECRETS/);
    expect(start([shop], `new:${short}`)).not.toThrow(new RegExp(short));
  });
});
