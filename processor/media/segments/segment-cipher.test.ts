import { createCipheriv, createDecipheriv } from "node:crypto";
import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decryptSegment, encryptSegment, encryptSegmentFile, ivForSequence } from "./segment-cipher.ts";

const KEY = Buffer.from("000102030405060708090a0b0c0d0e0f", "hex");

const encrypted = (clear: Uint8Array, sequence: number) => encryptSegment(clear, KEY, sequence, Buffer.alloc);

/** By one call of the cipher, as its definition says. */
function asDefined(clear: Uint8Array, sequence: number): Buffer {
  const cipher = createCipheriv("aes-128-cbc", KEY, ivForSequence(sequence));
  return Buffer.concat([cipher.update(clear), cipher.final()]);
}

describe("the IV of a segment", () => {
  it("is its media sequence number, big-endian, in 16 bytes", () => {
    expect(Buffer.from(ivForSequence(0)).toString("hex")).toBe("00000000000000000000000000000000");
    expect(Buffer.from(ivForSequence(258)).toString("hex")).toBe("00000000000000000000000000000102");
    expect(Buffer.from(ivForSequence(2 ** 40 + 1)).toString("hex")).toBe("00000000000000000000010000000001");
  });

  it("is refused for what is no sequence number", () => {
    expect(() => ivForSequence(-1)).toThrow(RangeError);
    expect(() => ivForSequence(1.5)).toThrow(RangeError);
  });
});

describe("an encrypted segment", () => {
  it("is AES-128-CBC as OpenSSL writes it", () => {
    // printf 'sixteen byte seg' | openssl enc -aes-128-cbc -K 000102030405060708090a0b0c0d0e0f -iv 0...1 | xxd -p
    const ciphertext = encrypted(Buffer.from("sixteen byte seg"), 1);
    expect(ciphertext.toString("hex")).toBe("0a6670aaabfb7e5433f0c5ad1e195f0786b1f743f48de542c90248f6d1534704");
  });

  it("gets a full block of padding when its size is a multiple of 16", () => {
    expect(encrypted(new Uint8Array(188 * 4), 0)).toHaveLength(188 * 4 + 16);
    expect(encrypted(new Uint8Array(188), 0)).toHaveLength(192);
  });

  it.each([0, 1, 15, 16, 188, 65_536, 188 * 1000])("fills the buffer of the caller, and no more: %i bytes", (size) => {
    const clear = Buffer.alloc(size, 0x47);
    const whole = encryptSegment(clear, KEY, 3, (bytes) => Buffer.alloc(bytes + 100));
    expect(whole).toEqual(asDefined(clear, 3));
  });

  it("decrypts with its own key and sequence number only", () => {
    const clear = Buffer.from("a segment of some length, not of sixteen");
    const ciphertext = encrypted(clear, 7);
    expect(decryptSegment(ciphertext, KEY, 7)).toEqual(clear);
    expect(decryptSegment(ciphertext, KEY, 8)).not.toEqual(clear);
    expect(() => decryptSegment(ciphertext.subarray(0, -1), KEY, 7)).toThrow();
  });

  it("is refused with a key of another size", () => {
    expect(() => encryptSegment(new Uint8Array(16), new Uint8Array(32), 0, Buffer.alloc)).toThrow(/16 bytes/);
  });
});

describe("encryption from file to file", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "segment-cipher-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each([0, 188, 188 * 1000])("gives the same %i bytes as in memory", async (size) => {
    const clear = Buffer.alloc(size, 0x47);
    await writeFile(join(folder, "clear.ts"), clear);
    const written = await encryptSegmentFile(join(folder, "clear.ts"), join(folder, "out.ts"), KEY, 3);
    const expected = asDefined(clear, 3);
    expect(written).toBe(expected.length);
    expect(await readFile(join(folder, "out.ts"))).toEqual(expected);
  });

  it("makes one ciphertext of a segment of many chunks", async () => {
    const size = 32 * 2 ** 20 + 188;
    await writeFile(join(folder, "large.ts"), "");
    await truncate(join(folder, "large.ts"), size);
    const written = await encryptSegmentFile(join(folder, "large.ts"), join(folder, "large.out"), KEY, 0);
    const decipher = createDecipheriv("aes-128-cbc", KEY, ivForSequence(0));
    const clear = Buffer.concat([decipher.update(await readFile(join(folder, "large.out"))), decipher.final()]);
    expect(written).toBe(size + 16 - (size % 16));
    expect(clear.equals(Buffer.alloc(size))).toBe(true);
  });
});
