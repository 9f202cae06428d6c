import { beforeAll, describe, expect, it } from "vitest";
import { ACCESS_CERTS, AUTH_SETTINGS, access, bearer, createKey, gateway } from "../support/admin-callers.ts";
import { testEnv } from "../support/test-env.ts";
import { newKey, published, type SigningKey, serve } from "../support/viewer-issuer.ts";
import { startWorker } from "../support/worker.ts";

let signing: SigningKey;
const fetch = async (url: string) => {
  if (url !== ACCESS_CERTS) throw new Error(`nothing is served at ${url}`);
  return serve(published(signing));
};
const worker = startWorker({ ...AUTH_SETTINGS, ACCESS_SCOPES: "posts:read" }, { fetch });

beforeAll(async () => {
  signing = await newKey("RS256");
});

async function caller(credentials: Record<string, string>) {
  const response = await worker.fetch("/api/v2/caller", { headers: credentials });
  return { status: response.status, ...((await response.json()) as object) };
}

describe("GET /api/v2/caller", () => {
  it("names the API key and its scopes", async () => {
    const { key, keyId } = await createKey(worker, ["posts:read", "keys:rotate"], { name: "editors" });
    expect(await caller(bearer(key))).toEqual({
      ...{ status: 200, callerId: `api-key:${keyId}`, kind: "api-key", name: "editors" },
      scopes: ["posts:read", "keys:rotate"],
    });
  });

  it("shows the first API key without a name", async () => {
    const shown = { status: 200, callerId: "api-key:admin", kind: "api-key", name: null, scopes: ["admin"] };
    expect(await caller(bearer(testEnv.ADMIN_API_KEY as string))).toEqual(shown);
  });

  it("shows who Access and the gateway vouch for, also without a scope", async () => {
    expect(await caller(await access(signing, worker.context.now()))).toEqual({
      ...{ status: 200, callerId: "access:ada@example.com", kind: "access", name: "ada@example.com" },
      scopes: ["posts:read"],
    });
    expect(await caller(gateway([], { "x-auth-name": "Ada" }))).toEqual({
      ...{ status: 200, callerId: "gateway:user-7", kind: "gateway", name: "Ada", scopes: [] },
    });
  });

  it("refuses strangers, and a revoked key by its reason", async () => {
    expect(await caller({})).toMatchObject({ status: 401, code: "credentials-missing" });
    const { key, keyId } = await createKey(worker, ["posts:read"]);
    await worker.admin("DELETE", `/admin/api-keys/${keyId}`);
    expect(await caller(bearer(key))).toMatchObject({ status: 401, detail: "this API key was revoked" });
  });
});
