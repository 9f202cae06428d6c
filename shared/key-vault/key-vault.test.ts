import { createDecipheriv } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import { base64Decode, base64Encode } from "../lib/base64.ts";
import type { NamedSecret } from "../lib/secret-list.ts";
import { createKeyVault } from "./key-vault.ts";

const kek = (id: string, fill: number): NamedSecret => ({ id, bytes: new Uint8Array(32).fill(fill) });
const contentKey = Uint8Array.from({ length: 16 }, (_, i) => i * 17);
const binding = { fileId: "file-1", quality: "1080p", keyVersion: 3 };
const vault = createKeyVault([kek("k1", 1)]);

describe("a wrapped content key", () => {
  it("unwraps to what was wrapped", async () => {
    expect(await vault.unwrap(await vault.wrap(contentKey, binding), binding)).toEqual(contentKey);
  });

  it("is AES-256-GCM: 12 bytes of nonce, 16 of ciphertext, 16 of tag, bound to file, quality and version", async () => {
    const { kekId, wrappedKey } = await vault.wrap(contentKey, binding);
    expect(kekId).toBe("k1");
    const sealed = base64Decode(wrappedKey);
    expect(sealed).toHaveLength(12 + 16 + 16);
    const opener = createDecipheriv("aes-256-gcm", kek("k1", 1).bytes, sealed.subarray(0, 12));
    opener.setAAD(new TextEncoder().encode('["file-1","1080p",3]'));
    opener.setAuthTag(sealed.subarray(28));
    expect(new Uint8Array(Buffer.concat([opener.update(sealed.subarray(12, 28)), opener.final()]))).toEqual(contentKey);
  });

  it("is wrapped and unwrapped while another request imports its key", async () => {
    const fresh = createKeyVault([kek("k1", 1)]);
    const importing = vi.spyOn(crypto.subtle, "importKey").mockReturnValueOnce(new Promise<never>(() => {}));
    // The request that this belongs to was cancelled: nobody may wait for it.
    void fresh.wrap(contentKey, binding);
    const wrapped = await fresh.wrap(contentKey, binding);
    importing.mockRestore();
    expect(await vault.unwrap(wrapped, binding)).toEqual(contentKey);
  });

  it("looks different each time", async () => {
    const wraps = await Promise.all(Array.from({ length: 50 }, () => vault.wrap(contentKey, binding)));
    expect(new Set(wraps.map(({ wrappedKey }) => wrappedKey.slice(0, 16))).size).toBe(50);
  });

  it.each([
    ["another file", { ...binding, fileId: "file-2" }],
    ["another quality", { ...binding, quality: "720p" }],
    ["another version", { ...binding, keyVersion: 4 }],
    ["a binding that only reads the same", { fileId: 'file-1","1080p', quality: "", keyVersion: 3 }],
  ])("does not unwrap for %s", async (_, other) => {
    const wrapped = await vault.wrap(contentKey, binding);
    await expect(vault.unwrap(wrapped, other)).rejects.toThrow();
  });

  it("does not unwrap when any byte of it was changed or is missing", async () => {
    const { kekId, wrappedKey } = await vault.wrap(contentKey, binding);
    const sealed = base64Decode(wrappedKey);
    for (let i = 0; i < sealed.length; i++) {
      const changed = sealed.map((byte, at) => (at === i ? byte ^ 1 : byte));
      await expect(vault.unwrap({ kekId, wrappedKey: base64Encode(changed) }, binding)).rejects.toThrow();
    }
    const short = base64Encode(sealed.subarray(0, -1));
    await expect(vault.unwrap({ kekId, wrappedKey: short }, binding)).rejects.toThrow();
  });

  it("does not unwrap under another key of the same name", async () => {
    const wrapped = await vault.wrap(contentKey, binding);
    await expect(createKeyVault([kek("k1", 2)]).unwrap(wrapped, binding)).rejects.toThrow();
  });
});

describe("a key-encryption key", () => {
  it("still unwraps, once replaced, what it has wrapped; the new one wraps", async () => {
    const old = await vault.wrap(contentKey, binding);
    const rotated = createKeyVault([kek("k2", 2), kek("k1", 1)]);
    expect(await rotated.unwrap(old, binding)).toEqual(contentKey);
    const fresh = await rotated.wrap(contentKey, binding);
    expect(fresh.kekId).toBe("k2");
    expect(await rotated.unwrap(fresh, binding)).toEqual(contentKey);
  });

  it("is named, once removed, when a key still needs it", async () => {
    const old = await vault.wrap(contentKey, binding);
    const later = createKeyVault([kek("k2", 2)]);
    await expect(later.unwrap(old, binding)).rejects.toThrow("the key-encryption key k1 is not configured");
  });

  it.each([16, 31, 33])("is refused with %i bytes before it wraps anything", (length) => {
    const odd = { id: "odd", bytes: new Uint8Array(length) };
    expect(() => createKeyVault([kek("k1", 1), odd])).toThrow(`the key-encryption key odd has ${length} bytes, not 32`);
  });

  it.each([0, 15, 17, 32])("wraps no content key of %i bytes", async (length) => {
    await expect(vault.wrap(new Uint8Array(length), binding)).rejects.toThrow("a content key has 16 bytes");
  });
});

describe("a wrapped text", () => {
  const binding = { fileId: "file-1", purpose: "source-url" } as const;
  const url = "https://editor:pässword@origin.example/film.mp4?sig=\u{1f511}";

  it("unwraps to what was wrapped, also under the key-encryption key that follows", async () => {
    const wrapped = await vault.wrapText(url, binding);
    expect(wrapped.kekId).toBe("k1");
    expect(wrapped.wrappedText).not.toContain("editor");
    expect(await createKeyVault([kek("k2", 2), kek("k1", 1)]).unwrapText(wrapped, binding)).toBe(url);
  });

  it("is bound to its part, and neither unwraps as a key nor a key as a text", async () => {
    const wrapped = await vault.wrapText("sixteen letters.", binding);
    await expect(vault.unwrapText(wrapped, { ...binding, fileId: "file-2" })).rejects.toThrow();
    const asKey = { kekId: wrapped.kekId, wrappedKey: wrapped.wrappedText };
    await expect(vault.unwrap(asKey, { fileId: "file-1", quality: "source-url", keyVersion: 0 })).rejects.toThrow();
    const key = await vault.wrap(contentKey, { fileId: "file-1", quality: "source-url", keyVersion: 0 });
    await expect(vault.unwrapText({ kekId: key.kekId, wrappedText: key.wrappedKey }, binding)).rejects.toThrow();
  });
});
