import { describe, expect, it } from "vitest";
import { SCOPES, type Scope } from "../../domain/access/scope.ts";
import { hashOfSecret, parseApiKey } from "../api-key-text.ts";
import type { ApiKeyStore, StoredApiKey } from "../ports/api-key-store.ts";
import { createApiKey } from "./create-api-key.ts";

const NOW = 1_800_000_000_000;
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

/** The database adapters have their own contract suite; what is decided here shows in what they are given. */
function storeFor(stored: StoredApiKey[]): ApiKeyStore {
  const unused = () => Promise.reject(new Error("not to be called"));
  const create = async (key: StoredApiKey) => {
    stored.push(key);
  };
  return { create, find: unused, list: unused, revoke: unused, recordUse: unused };
}

async function create(held: readonly Scope[], scopes: readonly Scope[], expiresAt: number | null = null) {
  const stored: StoredApiKey[] = [];
  const request = { name: "A site", scopes, expiresAt, by: { id: "access:ada@example.com", scopes: held } };
  return { outcome: await createApiKey(storeFor(stored), request, NOW, random), stored };
}

describe("a new API key", () => {
  it("is stored with the hash of its secret, and shown with the secret", async () => {
    const { outcome, stored } = await create(["admin"], ["posts:read"], NOW + 1);
    if (outcome.kind !== "created") throw new Error(outcome.kind);
    const { keyId, secret } = parseApiKey(outcome.key)!;
    expect(stored).toEqual([
      {
        keyId,
        name: "A site",
        scopes: ["posts:read"],
        secretHash: await hashOfSecret(secret),
        createdBy: "access:ada@example.com",
        createdAt: NOW,
        expiresAt: NOW + 1,
        revokedAt: null,
        lastUsedAt: null,
      },
    ]);
    expect(JSON.stringify(stored)).not.toContain(secret);
    expect(outcome.apiKey).not.toHaveProperty("secretHash");
  });

  it("has each scope once", async () => {
    const { stored } = await create(["admin"], ["posts:read", "audit:read", "posts:read"]);
    expect(stored[0]?.scopes).toEqual(["posts:read", "audit:read"]);
  });

  it.each(SCOPES)("can have %s if its creator has it or is an admin", async (scope) => {
    expect((await create(["admin"], [scope])).outcome.kind).toBe("created");
    expect((await create([scope], [scope])).outcome.kind).toBe("created");
    const others = SCOPES.filter((one) => one !== scope && one !== "admin");
    const { outcome, stored } = await create(others, [others[0]!, scope]);
    expect(outcome).toEqual({ kind: "scope-not-held", scope });
    expect(stored).toEqual([]);
  });

  it.each([NOW, NOW - 1, 0])("does not end at %j, which is past", async (expiresAt) => {
    const { outcome, stored } = await create(["admin"], ["admin"], expiresAt);
    expect(outcome).toEqual({ kind: "ends-in-the-past" });
    expect(stored).toEqual([]);
  });

  it("differs each time", async () => {
    const keys = await Promise.all(Array.from({ length: 50 }, () => create(["admin"], ["admin"])));
    expect(new Set(keys.map(({ stored }) => stored[0]?.keyId)).size).toBe(50);
    expect(new Set(keys.map(({ stored }) => stored[0]?.secretHash)).size).toBe(50);
  });
});
