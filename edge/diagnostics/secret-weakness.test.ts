import { describe, expect, it } from "vitest";
import { seededRandom } from "../../test/fixtures/seeded-random.ts";
import { weaknessOf } from "./secret-weakness.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("the weakness of a secret", () => {
  it.each([
    ["0123456789abcdef0123456789abcdef", "sequence"],
    ["zyxwvutsrqponmlkjihgfedcba987654", "sequence"],
    ["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "repetitive"],
    ["abababababababababababababababab", "repetitive"],
    ["please-change-me-before-go-live-!", "readable"],
    ["My.Password.of.the.video.system.1", "readable"],
  ])("is seen in %s", (text, weakness) => {
    expect(weaknessOf(bytes(text), [])).toBe(weakness);
  });

  it("is seen where two secrets are equal", () => {
    const secret = bytes("q8Vw2Lx0ZpR5kTn7YsB3hGd6JfMc9eUa");
    expect(weaknessOf(secret, [bytes("another one"), secret.slice()])).toBe("reused");
  });

  it("is not seen in random secrets, whatever their form", () => {
    const random = seededRandom(7);
    const draw = (from: string, length: number) =>
      Array.from({ length }, () => from[Math.floor(random() * from.length)]).join("");
    const weak = Array.from({ length: 20_000 }, () => [
      weaknessOf(bytes(draw("0123456789abcdef", 64)), []),
      weaknessOf(bytes(draw("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 43)), []),
      weaknessOf(
        Uint8Array.from({ length: 32 }, () => Math.floor(random() * 256)),
        [],
      ),
    ]).flat();
    expect(weak.filter((one) => one !== null)).toEqual([]);
  });
});
