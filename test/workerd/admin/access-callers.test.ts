import { exportSPKI, importJWK, UnsecuredJWT } from "jose";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  ACCESS_CERTS,
  AUDIENCE,
  AUTH_SETTINGS,
  access,
  bearer,
  type Credentials,
  createKey,
  TEAM,
} from "../support/admin-callers.ts";
import { RETRY_AFTER } from "../support/retry-after.ts";
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

const HEADER = "cf-access-jwt-assertion";
const READ = "/api/v2/video-posts";
const MINUTE = 60_000;

let key: SigningKey;
let certs: PublishedKeys;
let worker: TestWorker;

beforeAll(async () => {
  key = await newKey("RS256");
});

/** A Worker that has never asked Access. */
beforeEach(() => {
  certs = published(key);
  worker = startWorkerWith({});
});

function startWorkerWith(settings: Record<string, unknown>): TestWorker {
  const fetch = (url: string) => {
    if (url !== ACCESS_CERTS) throw new Error(`Access is not at ${url}`);
    return serve(certs);
  };
  return startWorker({ ...AUTH_SETTINGS, ...settings }, { fetch });
}

const bring = async (more: Claims = {}, by: SigningKey = key) => access(by, worker.context.now(), more);

async function ask(credentials: Credentials, path = READ, init: RequestInit = {}) {
  const response = await worker.fetch(path, { ...init, headers: { ...credentials, ...(init.headers as Credentials) } });
  const body = (await response.json()) as { code?: string; detail?: string };
  return { status: response.status, retryAfter: response.headers.get("retry-after"), ...body };
}

/** Who the audit fields name after this caller has made a key. */
async function callerId(credentials: Credentials): Promise<unknown> {
  const body = JSON.stringify({ name: "x", scopes: ["posts:read"] });
  const response = await worker.fetch("/admin/api-keys", { method: "POST", headers: credentials, body });
  return ((await response.json()) as { createdBy: string }).createdBy;
}

describe("a caller that Access admits", () => {
  it("is an administrator, by e-mail address in lower case", async () => {
    expect((await ask(await bring())).status).toBe(200);
    expect(await callerId(await bring())).toBe("access:ada@example.com");
  });

  it("may be a program, by the common name of its service token", async () => {
    const program = { email: undefined, common_name: "0123456789abcdef.access", sub: "" };
    expect(await callerId(await bring(program))).toBe("access:0123456789abcdef.access");
  });

  it("may come from any of the applications that are listed", async () => {
    worker = startWorkerWith({ ACCESS_AUD: `${AUDIENCE}, cafe` });
    expect((await ask(await bring({ aud: "cafe" }))).status).toBe(200);
    expect((await ask(await bring({ aud: ["other", AUDIENCE] }))).status).toBe(200);
    expect((await ask(await bring({ aud: ["other"] }))).status).toBe(401);
  });

  it("may do what ACCESS_SCOPES says", async () => {
    worker = startWorkerWith({ ACCESS_SCOPES: "posts:read, audit:read" });
    expect((await ask(await bring())).status).toBe(200);
    expect(await ask(await bring(), READ, { method: "POST", body: "{}" })).toMatchObject({
      status: 403,
      detail: "requires the scope posts:write",
    });
  });

  it("is the holder of an API key that comes along, and refused if that key is not valid", async () => {
    const made = await createKey(worker, ["posts:read"]);
    const both = { ...(await bring()), ...bearer(made.key) };
    expect((await ask(both, "/admin/api-keys")).status).toBe(403);
    expect((await ask({ ...both, ...bearer("wrong") })).status).toBe(401);
    await worker.settled();
  });
});

describe("an assertion that is no good is refused", () => {
  const seconds = (more: number) => Math.floor(worker.context.now() / 1000) + more;

  it.each<[string, () => Promise<Credentials>]>([
    ["another team's", () => bring({ iss: "https://other.cloudflareaccess.com" })],
    ["one without issuer", () => bring({ iss: undefined })],
    ["another application's", () => bring({ aud: ["other"] })],
    ["one without audience", () => bring({ aud: undefined })],
    ["one whose audience only begins right", () => bring({ aud: [`${AUDIENCE}0`] })],
    ["one that has ended", () => bring({ exp: seconds(-10) })],
    ["one without end", () => bring({ exp: undefined })],
    ["one that is yet to begin", () => bring({ nbf: seconds(60) })],
    ["one without anybody", () => bring({ email: undefined })],
    ["one with an empty name", () => bring({ email: "" })],
    ["one with a list of names", () => bring({ email: ["ada@example.com"] })],
    ["no JWT", async () => ({ [HEADER]: "ada@example.com" })],
    ["an endless one", async () => ({ [HEADER]: `a.${"b".repeat(9000)}.c` })],
  ])("%s", async (_, credentials) => {
    expect(await ask(await credentials())).toMatchObject({ status: 401, code: "credentials-invalid" });
  });

  it("when it is signed by somebody else, under any key id", async () => {
    const stranger = await newKey("RS256");
    expect((await ask(await bring({}, stranger))).status).toBe(401);
    expect((await ask(await bring({}, { ...stranger, kid: key.kid }))).status).toBe(401);
  });

  it("when it is not signed, or with the public key as a secret", async () => {
    const claims = { iss: `https://${TEAM}`, aud: [AUDIENCE], email: "ada@example.com", exp: seconds(3600) };
    expect((await ask({ [HEADER]: new UnsecuredJWT(claims).encode() })).status).toBe(401);
    const jwk = { ...(key.jwk as JsonWebKey), alg: "RS256", ext: true };
    const pem = await exportSPKI((await importJWK(jwk, "RS256", { extractable: true })) as CryptoKey);
    const secret = new TextEncoder().encode(pem);
    const forged = await sign(claims, { kid: key.kid, alg: "HS256", key: secret });
    expect((await ask({ [HEADER]: forged })).status).toBe(401);
  });

  it("when it is signed with another algorithm, though the key be one of the team's", async () => {
    const ec = await newKey("ES256");
    certs.keys = [key, ec];
    expect((await ask(await bring({}, ec))).status).toBe(401);
    expect((await ask(await bring())).status).toBe(200);
  });

  it("with a reason that says nothing of it", async () => {
    const answer = await ask(await bring({ aud: ["private-name"] }));
    expect(answer.detail).toBe("claim aud");
  });
});

describe("Access itself", () => {
  it("is asked once, and again for a key that is new", async () => {
    for (let n = 0; n < 3; n++) await ask(await bring());
    expect(certs.asked).toBe(1);
    const next = await newKey("RS256");
    certs.keys = [key, next];
    worker.advance(MINUTE);
    expect((await ask(await bring({}, next))).status).toBe(200);
    expect(certs.asked).toBe(2);
  });

  it("is not asked more than once a minute, whatever keys are named", async () => {
    await ask(await bring());
    for (let n = 0; n < 5; n++) await ask(await bring({}, { ...key, kid: `made-up-${n}` }));
    expect(certs.asked).toBe(1);
  });

  it.each(["error", "redirect", "not-json", "away"] as const)(
    "being broken (%s) is 503, and passes",
    async (answer) => {
      certs.answer = answer;
      expect(await ask(await bring())).toMatchObject({ status: 503, code: "unavailable", retryAfter: RETRY_AFTER });
      certs.answer = "keys";
      worker.advance(5000);
      expect((await ask(await bring())).status).toBe(200);
    },
  );
});

describe("a request that another site's page made with an administrator's cookie", () => {
  const write = async (origin: string | null) =>
    ask(await bring(), READ, { method: "POST", body: "{}", headers: origin === null ? {} : { origin } });

  it.each(["https://evil.example", "http://video.example", "https://video.example.evil.example", "null"])(
    "from %s changes nothing",
    async (origin) => {
      expect(await write(origin)).toMatchObject({ status: 403, code: "not-allowed" });
    },
  );

  /** Readings that are recorded as something that the administrator did. */
  const RECORDED = [
    "/admin/video/enc/key?videoPostId=nobodys&fileIndex=0&quality=480p&keyVersion=1",
    "/admin/audit/export?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z",
  ];
  const elsewhere = [
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { origin: "https://evil.example" },
  ];

  it.each(RECORDED)("reads nothing that leaves an event: %s", async (path) => {
    for (const headers of elsewhere) {
      const refused = await ask(await bring(), path, { headers: { ...headers, "sec-fetch-mode": "no-cors" } });
      expect(refused).toMatchObject({ status: 403, code: "not-allowed" });
    }
    for (const headers of [{}, { "sec-fetch-site": "none" }, { "sec-fetch-site": "same-origin" }]) {
      const response = await worker.fetch(path, { headers: { ...(await bring()), ...headers } });
      await response.text();
      expect([200, 404]).toContain(response.status);
    }
  });

  it("changes nothing where the browser names the site and no origin", async () => {
    const init = { method: "POST", body: "{}", headers: { "sec-fetch-site": "cross-site" } };
    expect(await ask(await bring(), READ, init)).toMatchObject({ status: 403, code: "not-allowed" });
  });

  it("may read what leaves no event, as a link from another page does", async () => {
    const headers = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
    expect((await ask(await bring(), READ, { headers })).status).toBe(200);
  });

  it("is no such request when it comes from here, from a program, or only reads", async () => {
    expect((await write("https://video.example")).status).toBe(422);
    expect((await write(null)).status).toBe(422);
    expect((await ask(await bring(), READ, { headers: { origin: "https://evil.example" } })).status).toBe(200);
  });

  it("is no such request with an API key, which no browser sends by itself", async () => {
    const headers = { ...bearer(testEnv.ADMIN_API_KEY as string), origin: "https://evil.example" };
    expect((await ask(headers, READ, { method: "POST", body: "{}" })).status).toBe(422);
  });
});

describe("where Access is not set up", () => {
  it("its header counts for nothing", async () => {
    worker = startWorker({}, { fetch: () => serve(certs) });
    expect(await ask(await bring())).toMatchObject({ status: 401, code: "credentials-missing" });
    expect(certs.asked).toBe(0);
  });

  it.each([
    [{ ACCESS_AUD: undefined }, /ACCESS_AUD is not set/],
    [{ ACCESS_TEAM_DOMAIN: undefined }, /ACCESS_TEAM_DOMAIN is not set/],
    [{ ACCESS_SCOPES: undefined }, /ACCESS_SCOPES is not set/],
    [{ ACCESS_TEAM_DOMAIN: undefined, ACCESS_AUD: undefined }, /ACCESS_TEAM_DOMAIN is not set; ACCESS_AUD is not set/],
    [{ ACCESS_TEAM_DOMAIN: `https://${TEAM}` }, /ACCESS_TEAM_DOMAIN: /],
    [{ ACCESS_TEAM_DOMAIN: "" }, /ACCESS_TEAM_DOMAIN: /],
    [{ ACCESS_TEAM_DOMAIN: "evil.example/x?" }, /ACCESS_TEAM_DOMAIN: /],
    [{ ACCESS_AUD: "" }, /ACCESS_AUD: /],
    [{ ACCESS_AUD: `${AUDIENCE},` }, /ACCESS_AUD: /],
    [{ ACCESS_SCOPES: "admins" }, /ACCESS_SCOPES: unknown scope/],
    [{ ACCESS_SCOPES: "" }, /ACCESS_SCOPES: /],
  ])("by half or wrongly, nothing starts: %j", (settings, message) => {
    expect(() => startWorker({ ...AUTH_SETTINGS, ...settings })).toThrow(message);
  });
});
