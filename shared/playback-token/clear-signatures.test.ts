import { describe, expect, it } from "vitest";
import { parseSecretList } from "../lib/secret-list.ts";
import { createClearSignatures } from "./clear-signatures.ts";

const secret = (id: string, byte: number) => `${id}:${Buffer.alloc(32, byte).toString("base64")}`;
const signatures = (...secrets: string[]) => createClearSignatures(parseSecretList(secrets.join(), 32));

const NOW = 1_700_000_000;
const SEGMENT = { jobName: "job-1", objectKey: "a/1/c1/720p/seg_00001.ts", expiresAt: NOW + 60 };

describe("a clear segment's signature", () => {
  it("holds for its object until its end, with 5 s for clocks that differ", async () => {
    const own = signatures(secret("k1", 1));
    const signature = await own.sign(SEGMENT);
    expect(await own.verify(SEGMENT, signature, NOW)).toBe("valid");
    expect(await own.verify(SEGMENT, signature, NOW + 64)).toBe("valid");
    expect(await own.verify(SEGMENT, signature, NOW + 65)).toBe("expired");
  });

  it.each([
    ["another job", { jobName: "job-2" }],
    ["another object", { objectKey: "a/1/c1/720p/seg_00002.ts" }],
    ["a later end", { expiresAt: NOW + 61 }],
    ["fields that are divided elsewhere", { jobName: "job-1\na", objectKey: "/1/c1/720p/seg_00001.ts" }],
  ])("does not hold for %s", async (_, other) => {
    const own = signatures(secret("k1", 1));
    expect(await own.verify({ ...SEGMENT, ...other }, await own.sign(SEGMENT), NOW)).toBe("invalid");
  });

  it.each(["", "x", "!", "AAAA", "=".repeat(43)])("is refused as %j", async (signature) => {
    expect(await signatures(secret("k1", 1)).verify(SEGMENT, signature, NOW)).toBe("invalid");
  });

  it("outlives a change of the signing key, and ends with the removal of its key", async () => {
    const signature = await signatures(secret("k1", 1)).sign(SEGMENT);
    expect(await signatures(secret("k2", 2), secret("k1", 1)).verify(SEGMENT, signature, NOW)).toBe("valid");
    expect(await signatures(secret("k2", 2)).verify(SEGMENT, signature, NOW)).toBe("invalid");
  });
});
