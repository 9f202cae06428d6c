import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { formatApiKey, hashOfSecret, newApiKeyParts, parseApiKey } from "./api-key-text.ts";

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
/** Base64url of these bytes is full of underscores and hyphens, which are also the separator. */
const awkward = (length: number) => new Uint8Array(length).map((_, i) => (i % 2 === 0 ? 0xff : 0xfb));

describe("the text of an API key", () => {
  it("has a recognisable prefix, an id and 256 random bits", () => {
    const key = formatApiKey(newApiKeyParts(random));
    expect(key).toMatch(/^llk_[0-9a-f]{16}_[A-Za-z0-9_-]{43}$/);
    const asked: number[] = [];
    newApiKeyParts((length) => {
      asked.push(length);
      return random(length);
    });
    expect(asked).toEqual([8, 32]);
  });

  it.each([
    ["any", random],
    ["awkward", awkward],
  ])("is read as it was written, with %s bytes", (_, bytes) => {
    const parts = newApiKeyParts(bytes);
    expect(parseApiKey(formatApiKey(parts))).toEqual(parts);
  });

  const key = formatApiKey(newApiKeyParts(awkward));
  it.each([
    "",
    "llk_",
    key.slice(0, -1),
    `${key}A`,
    ` ${key}`,
    `${key}\n`,
    key.toUpperCase(),
    key.replace("llk_", "llx_"),
    key.replace("llk_", ""),
    key.replace(/_[0-9a-f]{16}_/, "__"),
    key.replace(/_[0-9a-f]{16}_/, "_' OR 1=1 --_____"),
    `${key.slice(0, -1)}=`,
  ])("is not %j", (text) => {
    expect(parseApiKey(text)).toBeNull();
  });

  it("is stored as the SHA-256 of its secret", async () => {
    const { secret } = newApiKeyParts(random);
    expect(await hashOfSecret(secret)).toBe(createHash("sha256").update(secret).digest("base64url"));
  });
});
