import { describe, expect, it } from "vitest";
import { apiKeyStatus, isUseToRecord, LAST_USED_EXACTNESS_MS } from "./api-key.ts";

const NOW = 1_800_000_000_000;

describe("an API key", () => {
  it.each([
    [null, null, "ACTIVE"],
    [NOW + 1, null, "ACTIVE"],
    [NOW, null, "EXPIRED"],
    [NOW - 1, null, "EXPIRED"],
    [null, NOW, "REVOKED"],
    [NOW + 1, NOW - 1, "REVOKED"],
    [NOW - 1, NOW - 1, "REVOKED"],
  ] as const)("has, with an end of %j and a revocation at %j, the state %s", (expiresAt, revokedAt, status) => {
    expect(apiKeyStatus({ expiresAt, revokedAt }, NOW)).toBe(status);
  });

  it.each([
    [null, true],
    [NOW, false],
    [NOW - LAST_USED_EXACTNESS_MS + 1, false],
    [NOW - LAST_USED_EXACTNESS_MS, true],
    [NOW + 1, false],
  ])("needs, when last used at %j, a record of its use: %j", (lastUsedAt, due) => {
    expect(isUseToRecord({ lastUsedAt }, NOW)).toBe(due);
  });
});
