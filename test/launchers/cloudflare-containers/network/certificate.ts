import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

/* A certificate for TLS on this machine, valid for a day. Node reads certificates and does not make them. */

export type Certificate = { readonly certificate: string; readonly key: string };

const ECDSA_WITH_SHA256 = "06082a8648ce3d040302";
const COMMON_NAME = "0603550403";
const SUBJECT_ALT_NAME = "0603551d11";
const BASIC_CONSTRAINTS = "0603551d13";

/** Names may begin with `*.`. It is its own authority, and trusting it trusts nothing else. */
export function selfSigned(names: readonly string[]): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = sequence(hex(ECDSA_WITH_SHA256));
  const name = sequence(der(0x31, sequence(hex(COMMON_NAME), text(0x0c, "containers of a test"))));
  const alternatives = sequence(...names.map((one) => text(0x82, one)));
  const extensions = sequence(
    sequence(hex(SUBJECT_ALT_NAME), der(0x04, alternatives)),
    sequence(hex(BASIC_CONSTRAINTS), der(0x04, sequence(der(0x01, Buffer.of(0xff))))),
  );
  const signed = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.concat([Buffer.of(1), randomBytes(8)])),
    ...[algorithm, name, sequence(time(-3_600_000), time(24 * 3_600_000)), name],
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, extensions),
  );
  const signature = der(0x03, Buffer.concat([Buffer.of(0), sign("sha256", signed, privateKey)]));
  const body = sequence(signed, algorithm, signature).toString("base64").replaceAll(/.{64}/g, "$&\n");
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
  };
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  const bytes = length < 0x1_00 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...bytes), content]);
}

const sequence = (...members: readonly Buffer[]) => der(0x30, Buffer.concat(members));
const hex = (digits: string) => Buffer.from(digits, "hex");
const text = (tag: number, words: string) => der(tag, Buffer.from(words));

function time(fromNowMs: number): Buffer {
  const iso = new Date(Date.now() + fromNowMs).toISOString();
  return text(0x18, `${iso.slice(0, 19).replaceAll(/\D/g, "")}Z`);
}
