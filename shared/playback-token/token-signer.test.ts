import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { base64UrlDecode, base64UrlEncode } from "../lib/base64.ts";
import type { NamedSecret } from "../lib/secret-list.ts";
import { CLOCK_SKEW_SECONDS, createTokenSigner } from "./token-signer.ts";

const NOW = 1_770_000_000;
const secret = (id: string, fill: number): NamedSecret => ({ id, bytes: new Uint8Array(32).fill(fill) });
const signer = createTokenSigner("play+jwt", [secret("t1", 1)]);
const utf8 = (text: string) => new TextEncoder().encode(text);
const json = (value: unknown) => base64UrlEncode(utf8(JSON.stringify(value)));

/** HS256 by another implementation than ours. */
function hs256(bytes: Uint8Array, input: string): string {
  return createHmac("sha256", bytes).update(input).digest("base64url");
}

/** Any token at all, rightly signed. */
function forged(header: unknown, payload: string, bytes = secret("t1", 1).bytes): string {
  const input = `${json(header)}.${payload}`;
  return `${input}.${hs256(bytes, input)}`;
}

const HEADER = { alg: "HS256", typ: "play+jwt", kid: "t1" };
const PAYLOAD = { exp: NOW + 60, jti: "token" };

const reason = async (token: string, by = signer) => {
  const verified = await by.verify(token, NOW);
  return verified.kind === "invalid" ? verified.reason : verified.kind;
};

describe("a signed token", () => {
  it("is a JWS in compact serialization, with type and key id in its header", async () => {
    const token = await signer.sign(PAYLOAD);
    const [header, payload, signature] = token.split(".") as [string, string, string];
    expect(JSON.parse(new TextDecoder().decode(base64UrlDecode(header)))).toEqual(HEADER);
    expect(JSON.parse(new TextDecoder().decode(base64UrlDecode(payload)))).toEqual(PAYLOAD);
    expect(signature).toHaveLength(43);
    expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  });

  it("carries the HMAC that another implementation computes, which is that of RFC 7515 A.1", async () => {
    const rfcKey = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    const rfcInput =
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    expect(hs256(base64UrlDecode(rfcKey), rfcInput)).toBe("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    const rfcSigner = createTokenSigner("play+jwt", [{ id: "rfc", bytes: base64UrlDecode(rfcKey) }]);
    const token = await rfcSigner.sign(PAYLOAD);
    const [header, payload, signature] = token.split(".");
    expect(signature).toBe(hs256(base64UrlDecode(rfcKey), `${header}.${payload}`));
  });

  it("verifies to the payload that was signed, in any script", async () => {
    const payload = { exp: NOW + 60, o: "第一話/ä/😀/\u0000", nested: { q: ["1080p"] } };
    expect(await signer.verify(await signer.sign(payload), NOW)).toEqual({
      kind: "valid",
      payload,
    });
  });

  it("verifies to its own payload beside others that are verified at the same time", async () => {
    const payloads = Array.from({ length: 50 }, (_, n) => ({ ...PAYLOAD, jti: "t".repeat(1 + 7 * n) }));
    const tokens = await Promise.all(payloads.map((payload) => signer.sign(payload)));
    const verified = await Promise.all(tokens.map((token) => signer.verify(token, NOW)));
    expect(verified).toEqual(payloads.map((payload) => ({ kind: "valid", payload })));
  });

  it("is accepted from another implementation", async () => {
    expect(await reason(forged(HEADER, json(PAYLOAD)))).toBe("valid");
  });

  it("does not verify once any of its characters was changed", async () => {
    const token = await signer.sign(PAYLOAD);
    for (let i = 0; i < token.length; i++) {
      for (const other of token[i] === "A" ? "B" : "A-.=") {
        if (token[i] === other) continue;
        const verified = await signer.verify(token.slice(0, i) + other + token.slice(i + 1), NOW);
        expect(verified.kind, `${other} at ${i}`).toBe("invalid");
      }
    }
  });

  it("does not verify under another payload or another secret", async () => {
    const [header, , signature] = (await signer.sign(PAYLOAD)).split(".");
    expect(await reason(`${header}.${json({ ...PAYLOAD, exp: NOW + 9e9 })}.${signature}`)).toBe("bad-signature");
    expect(await reason(forged(HEADER, json(PAYLOAD), secret("t1", 2).bytes))).toBe("bad-signature");
  });
});

describe("the header of a token", () => {
  const payload = json(PAYLOAD);

  it.each<[string, unknown]>([
    ["alg none", { ...HEADER, alg: "none" }],
    ["another algorithm", { ...HEADER, alg: "HS512" }],
    ["an asymmetric algorithm", { ...HEADER, alg: "RS256" }],
    ["an unknown key id", { ...HEADER, kid: "t9" }],
    ["no key id", { alg: "HS256", typ: "play+jwt" }],
    ["another type", { ...HEADER, typ: "JWT" }],
    ["a critical extension", { ...HEADER, crit: ["exp"] }],
    ["another key", { ...HEADER, jwk: { kty: "oct", k: "AAAA" } }],
    ["other spelling of the same", { typ: "play+jwt", alg: "HS256", kid: "t1" }],
  ])("with %s is unknown, though the signature is right", async (_, header) => {
    expect(await reason(forged(header, payload))).toBe("unknown-header");
  });

  it("alg none without a signature is unknown", async () => {
    expect(await reason(`${json({ alg: "none" })}.${payload}.`)).toBe("unknown-header");
    expect(await reason(`${json(HEADER)}.${payload}.`)).toBe("bad-signature");
  });

  it("keeps a token of one use from being taken for one of another, in both directions", async () => {
    const jobs = createTokenSigner("job+jwt", [secret("t1", 1)]);
    expect(await reason(await jobs.sign(PAYLOAD))).toBe("unknown-header");
    expect(await reason(await signer.sign(PAYLOAD), jobs)).toBe("unknown-header");
  });
});

describe("the payload of a token", () => {
  it.each([
    ["no JSON", base64UrlEncode(utf8("exp=1"))],
    ["half a JSON text", base64UrlEncode(utf8('{"exp":'))],
    ["nothing", ""],
    ["no base64url", "a"],
  ])("is malformed where it is %s, though the signature is right", async (_, payload) => {
    expect(await reason(forged(HEADER, payload))).toBe("malformed");
  });

  it.each([null, 7, "text", [], {}])("has no end where it is %j", async (payload) => {
    expect(await reason(forged(HEADER, json(payload)))).toBe("no-expiry");
  });
});

describe("a change of the signing key", () => {
  it("cuts nobody off: the new one signs, both verify, until the old one is taken away", async () => {
    const before = await signer.sign(PAYLOAD);
    const during = createTokenSigner("play+jwt", [secret("t2", 2), secret("t1", 1)]);
    const fresh = await during.sign(PAYLOAD);
    expect(await reason(before, during)).toBe("valid");
    expect(await reason(fresh, during)).toBe("valid");
    const after = createTokenSigner("play+jwt", [secret("t2", 2)]);
    expect(await reason(fresh, after)).toBe("valid");
    expect(await reason(before, after)).toBe("unknown-header");
  });

  it("does not let one key sign in the name of the other", async () => {
    const during = createTokenSigner("play+jwt", [secret("t2", 2), secret("t1", 1)]);
    const crossed = forged({ ...HEADER, kid: "t2" }, json(PAYLOAD), secret("t1", 1).bytes);
    expect(await reason(crossed, during)).toBe("bad-signature");
  });
});

describe("the expiry of a token", () => {
  const at = async (nowSeconds: number) => (await signer.verify(await signer.sign({ exp: NOW }), nowSeconds)).kind;

  it("allows for clocks that differ by five seconds, and no more", async () => {
    expect(CLOCK_SKEW_SECONDS).toBe(5);
    expect(await at(NOW - 1)).toBe("valid");
    expect(await at(NOW)).toBe("valid");
    expect(await at(NOW + 4.999)).toBe("valid");
    expect(await at(NOW + 5)).toBe("expired");
    expect(await at(NOW + 1e9)).toBe("expired");
  });

  it("is ignored on request, for a genuine token that has one", async () => {
    const token = await signer.sign({ exp: NOW - 1e6 });
    expect(await signer.verify(token, "ignore-expiry")).toEqual({ kind: "valid", payload: { exp: NOW - 1e6 } });
    const unsigned = await signer.verify(`${token.slice(0, -6)}AAAAAA`, "ignore-expiry");
    expect(unsigned).toEqual({ kind: "invalid", reason: "bad-signature" });
    const endless = await signer.verify(forged(HEADER, base64UrlEncode(utf8("{}"))), "ignore-expiry");
    expect(endless).toEqual({ kind: "invalid", reason: "no-expiry" });
  });

  it.each(["{}", '{"exp":null}', '{"exp":"9999999999"}', '{"exp":[9999999999]}', "null", "[]", "9999999999"])(
    "is mandatory: %s never counts, though it is signed",
    async (payload) => {
      expect(await reason(forged(HEADER, base64UrlEncode(utf8(payload))))).toBe("no-expiry");
    },
  );
});

describe("what is no token", () => {
  it.each(["", ".", "..", "...", "a.b", "a.b.c.d", "a.b.c\n", "a.b.=", "é.b.c", "a.b.\u0000"])(
    "%j is malformed or unknown, and never an exception",
    async (text) => {
      expect(["malformed", "unknown-header"]).toContain(await reason(text));
    },
  );

  it("is anything longer than 4 kB, which is not even looked at", async () => {
    const long = await signer.sign({ ...PAYLOAD, o: "x".repeat(4096) });
    expect(await reason(long)).toBe("malformed");
    expect(await reason("x".repeat(10_000_000))).toBe("malformed");
  });
});
