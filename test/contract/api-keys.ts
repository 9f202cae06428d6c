import { beforeEach, describe, expect, it } from "vitest";
import type { ApiKeyPosition, StoredApiKey } from "../../shared/application/ports/api-key-store.ts";
import { dump, type OpenPersistence, type TestPersistence } from "./persistence.ts";
import { NOW } from "./steps.ts";

const MINUTE = 60_000;

function key(keyId: string, more: Partial<StoredApiKey> = {}): StoredApiKey {
  return {
    keyId,
    name: "A site",
    scopes: ["posts:read", "tokens:issue"],
    secretHash: `hash-of-${keyId}`,
    createdBy: "api-key:admin",
    createdAt: NOW,
    expiresAt: null,
    revokedAt: null,
    lastUsedAt: null,
    ...more,
  };
}

export function describeApiKeys(name: string, open: OpenPersistence): void {
  describe(`${name}: an API key`, () => {
    let persistence: TestPersistence;
    beforeEach(async () => {
      persistence = await open();
    });

    const lastUseOf = async (keyId: string) => (await persistence.apiKeys.find(keyId))?.lastUsedAt;

    it("is found by its id as it was stored, with the hash", async () => {
      const all = { expiresAt: NOW + 1, revokedAt: NOW + 2, lastUsedAt: NOW + 3 };
      await persistence.apiKeys.create(key("one", all));
      await persistence.apiKeys.create(key("two"));
      expect(await persistence.apiKeys.find("one")).toStrictEqual(key("one", all));
      expect(await persistence.apiKeys.find("two")).toStrictEqual(key("two"));
    });

    it("is found by the whole of its id and nothing else", async () => {
      await persistence.apiKeys.create(key("one"));
      for (const other of ["", "on", "ONE", "one ", "%", "one' OR '1' = '1"]) {
        expect(await persistence.apiKeys.find(other), other).toBeNull();
      }
    });

    it("never replaces another key", async () => {
      await persistence.apiKeys.create(key("one"));
      await expect(persistence.apiKeys.create(key("one", { scopes: ["admin"] }))).rejects.toThrow();
      expect(await persistence.apiKeys.find("one")).toStrictEqual(key("one"));
    });

    it("is listed without its hash, newest first and page by page", async () => {
      await persistence.apiKeys.create(key("middle", { createdAt: NOW + 1 }));
      await persistence.apiKeys.create(key("newest", { createdAt: NOW + 2, revokedAt: NOW + 3 }));
      await persistence.apiKeys.create(key("oldest"));
      const { secretHash: _, ...shown } = key("newest", { createdAt: NOW + 2, revokedAt: NOW + 3 });
      const page = (after: ApiKeyPosition | null, limit: number) => persistence.apiKeys.list({ after, limit });
      const listed = await page(null, 10);
      expect(listed[0]).toStrictEqual(shown);
      expect(listed.map(({ keyId }) => keyId)).toEqual(["newest", "middle", "oldest"]);
      expect(JSON.stringify(listed)).not.toContain("hash-of");
      expect((await page(null, 2)).map(({ keyId }) => keyId)).toEqual(["newest", "middle"]);
      expect((await page({ createdAt: NOW + 1, keyId: "middle" }, 2)).map(({ keyId }) => keyId)).toEqual(["oldest"]);
    });

    it("is listed once beside others of the same millisecond", async () => {
      for (const keyId of ["b", "a", "c"]) await persistence.apiKeys.create(key(keyId));
      const listed: string[] = [];
      let after: ApiKeyPosition | null = null;
      for (let n = 0; n < 4; n += 1) {
        const [next]: readonly ApiKeyPosition[] = await persistence.apiKeys.list({ after, limit: 1 });
        if (next === undefined) break;
        listed.push(next.keyId);
        after = next;
      }
      expect(listed).toEqual(["c", "b", "a"]);
    });

    it("is revoked once, and keeps the time of that", async () => {
      await persistence.apiKeys.create(key("one"));
      await persistence.apiKeys.create(key("two"));
      expect(await persistence.apiKeys.revoke("one", NOW + 1)).toBe("revoked");
      expect(await persistence.apiKeys.revoke("one", NOW + 2)).toBe("was-revoked");
      expect(await persistence.apiKeys.revoke("three", NOW + 3)).toBe("unknown");
      expect((await persistence.apiKeys.find("one"))?.revokedAt).toBe(NOW + 1);
      expect((await persistence.apiKeys.find("two"))?.revokedAt).toBeNull();
    });

    it("records its first use, and then one use per minute", async () => {
      await persistence.apiKeys.create(key("one"));
      await persistence.apiKeys.create(key("two"));
      const seen = [];
      for (const at of [0, 1, MINUTE - 1, MINUTE, 2 * MINUTE - 1, 5 * MINUTE]) {
        await persistence.apiKeys.recordUse("one", NOW + at, MINUTE);
        seen.push((await lastUseOf("one"))! - NOW);
      }
      expect(seen).toEqual([0, 0, 0, MINUTE, MINUTE, 5 * MINUTE]);
      expect(await lastUseOf("two")).toBeNull();
    });

    it("records no use that is older than the recorded one", async () => {
      await persistence.apiKeys.create(key("one", { lastUsedAt: NOW }));
      await persistence.apiKeys.recordUse("one", NOW - 5 * MINUTE, MINUTE);
      expect(await lastUseOf("one")).toBe(NOW);
    });

    it("writes to no other table but the feed, which names a key that is revoked", async () => {
      await persistence.apiKeys.create(key("one"));
      await persistence.apiKeys.recordUse("one", NOW, MINUTE);
      await persistence.apiKeys.revoke("one", NOW);
      const written = Object.entries(await dump(persistence)).filter(([, rows]) => rows.length > 0);
      expect(written.map(([table]) => table)).toEqual(["access_revocation", "api_key"]);
    });
  });
}
