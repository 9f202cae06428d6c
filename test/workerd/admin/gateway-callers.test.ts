import { beforeEach, describe, expect, it } from "vitest";
import {
  AUTH_SETTINGS,
  bearer,
  type Credentials,
  createKey,
  GATEWAY_SECRET,
  gateway,
} from "../support/admin-callers.ts";
import { testEnv } from "../support/test-env.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

const KEYS = "/admin/api-keys";

let worker: TestWorker;
beforeEach(() => {
  worker = startWorker(AUTH_SETTINGS);
});

async function ask(headers: Credentials, path = "/api/v2/video-posts") {
  const response = await worker.fetch(path, { headers });
  const { code = null, detail = null } = (await response.json()) as { code?: string; detail?: string };
  await worker.settled();
  return { status: response.status, code, detail };
}

const NOBODY = { status: 401, code: "credentials-missing" };

describe("a caller that the gateway names", () => {
  it("is known by the gateway's name for them", async () => {
    const body = JSON.stringify({ name: "x", scopes: ["posts:read"] });
    const headers = gateway(["admin"], { "x-auth-sub": "auth0|5f7c", "x-auth-name": "Ada", "x-auth-email": "a@b.c" });
    const response = await worker.fetch(KEYS, { method: "POST", headers, body });
    expect(((await response.json()) as { createdBy: string }).createdBy).toBe("gateway:auth0|5f7c");
  });

  it.each([
    ["posts:read", 200],
    ["openid,posts:read", 401],
    ["posts:write, posts:read", 401],
    [",", 401],
    ["posts:write posts:read", 200],
    ["admin", 200],
    ["posts:write", 403],
    ["openid email profile", 403],
    ["posts:READ", 403],
    ["posts:reader", 403],
    ["", 403],
  ])("gets, with the scopes %j, %i for reading posts", async (scopes, status) => {
    expect((await ask(gateway([], { "x-auth-scope": scopes }))).status).toBe(status);
  });

  it("has no scope without a list of scopes", async () => {
    const { "x-auth-scope": _, ...headers } = gateway([]) as Record<string, string>;
    expect((await ask(headers)).status).toBe(403);
  });

  it("counts before what else the gateway passes on", async () => {
    const passedOn = { authorization: "Bearer the-gateway's-own", "cf-access-jwt-assertion": "x.y.z" };
    expect((await ask(gateway(["posts:read"], passedOn))).status).toBe(200);
    expect((await ask(gateway([], bearer(testEnv.ADMIN_API_KEY as string)))).status).toBe(403);
  });

  it("may bring an API key if the gateway does not know it", async () => {
    const { key } = await createKey(worker, ["posts:read"]);
    expect((await ask({ "x-gateway-secret": GATEWAY_SECRET, ...bearer(key) })).status).toBe(200);
    expect(await ask({ "x-gateway-secret": GATEWAY_SECRET })).toMatchObject(NOBODY);
  });

  it.each(["", "a b", "evil, real", "x".repeat(201), "Zoë"])("is refused under the name %j", async (subject) => {
    const answer = await ask(gateway(["admin"], { "x-auth-sub": subject }));
    expect(answer).toMatchObject({ status: 401, code: "credentials-invalid" });
  });
});

describe("the same headers without the gateway's secret", () => {
  const { "x-gateway-secret": _, ...withoutSecret } = gateway(["admin"]) as Record<string, string>;

  it.each([
    ["no secret", {}],
    ["an empty secret", { "x-gateway-secret": "" }],
    ["a wrong secret", { "x-gateway-secret": "x".repeat(GATEWAY_SECRET.length) }],
    ["a part of the secret", { "x-gateway-secret": GATEWAY_SECRET.slice(0, -1) }],
    ["the secret twice", { "x-gateway-secret": `${GATEWAY_SECRET}, ${GATEWAY_SECRET}` }],
    ["the secret in another header", { "x-gateway": GATEWAY_SECRET }],
    ["the first key for a secret", { "x-gateway-secret": testEnv.ADMIN_API_KEY as string }],
  ])("count for nothing with %s", async (_name, more) => {
    expect(await ask({ ...withoutSecret, ...more })).toMatchObject(NOBODY);
  });

  it("neither add to a key's scopes nor take from them", async () => {
    const { key } = await createKey(worker, ["posts:read"]);
    const both = { ...withoutSecret, ...bearer(key) };
    expect((await ask(both)).status).toBe(200);
    expect((await ask(both, KEYS)).status).toBe(403);
  });

  it("count for nothing where there is no gateway, whatever secret comes along", async () => {
    worker = startWorker();
    for (const secret of [GATEWAY_SECRET, "undefined", "null", ""]) {
      expect(await ask({ ...withoutSecret, "x-gateway-secret": secret })).toMatchObject(NOBODY);
    }
  });

  it("open no route of viewers or processors, even with the secret", async () => {
    const claim = await worker.fetch("/internal/jobs/claim", {
      method: "POST",
      headers: gateway(["admin"]),
      body: "{}",
    });
    expect(claim.status).toBe(401);
    const playlist = "/video/enc/videoResource/x/0/master.m3u8";
    expect((await worker.fetch(playlist, { headers: gateway(["admin"]) })).status).toBe(401);
  });

  it("cannot be guessed from a short secret: less than 32 characters stop the Worker", () => {
    expect(() => startWorker({ GATEWAY_SECRET: "x".repeat(31) })).toThrow(/GATEWAY_SECRET: /);
    expect(() => startWorker({ GATEWAY_SECRET: "" })).toThrow(/GATEWAY_SECRET: /);
  });
});
