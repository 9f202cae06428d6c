import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { secretId } from "../../../shared/lib/random-id.ts";

/* Sites that give their viewers JWTs, and the network on which their keys are fetched. */

export type Algorithm = "RS256" | "ES256" | "EdDSA";
export type SigningKey = { readonly kid: string; readonly alg: string; readonly key: CryptoKey; readonly jwk: object };

export async function newKey(alg: Algorithm): Promise<SigningKey> {
  const kid = secretId();
  const { privateKey, publicKey } = await generateKeyPair(alg);
  return { kid, alg, key: privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" } };
}

/** What an issuer publishes, and how often it was asked. */
export type PublishedKeys = {
  keys: readonly SigningKey[];
  answer: "keys" | "error" | "redirect" | "not-json" | "away";
  asked: number;
};

export function published(...keys: SigningKey[]): PublishedKeys {
  return { keys, answer: "keys", asked: 0 };
}

export async function serve(at: PublishedKeys): Promise<Response> {
  at.asked++;
  switch (at.answer) {
    case "keys":
      return Response.json({ keys: at.keys.map(({ jwk }) => jwk) });
    case "error":
      return new Response("no", { status: 500 });
    case "redirect":
      return new Response(null, { status: 302, headers: { location: "https://elsewhere.example/keys" } });
    case "not-json":
      return new Response("<html>");
    case "away":
      throw new TypeError("Network connection lost.");
    default:
      return at.answer satisfies never;
  }
}

/** Anything that JSON can say; what is undefined is left out. */
export type Claims = Readonly<Record<string, unknown>>;

/** Signs exactly these claims; `exp` and the others are the test's to set. */
export function sign(claims: Claims, by: { kid?: string; alg: string; key: CryptoKey | Uint8Array }): Promise<string> {
  const header = { alg: by.alg, ...(by.kid === undefined ? {} : { kid: by.kid }) };
  return new SignJWT(claims as JWTPayload).setProtectedHeader(header).sign(by.key);
}
