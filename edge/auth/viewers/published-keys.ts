import { importJWK, type JWK } from "jose";

/** The algorithms that public keys of issuers verify here (RFC 7518 3.1, RFC 8037 3.1). */
export type PublicKeyAlgorithm = "RS256" | "ES256" | "EdDSA";

/** One key of a JWKS, imported by the request that fetched it: no request waits for another request's promise. */
export type PublishedKey = {
  readonly kid: string | null;
  readonly algorithm: PublicKeyAlgorithm;
  readonly key: CryptoKey;
};

/** More than any issuer publishes. */
const MOST_KEYS = 100;

/** The keys of a JWKS (RFC 7517 5) that can verify; others are left out. Throws if it is no JWKS. */
export async function importJwks(text: string): Promise<readonly PublishedKey[]> {
  const { keys } = JSON.parse(text) as { keys?: unknown };
  if (!Array.isArray(keys)) throw new Error("the answer is no JWKS");
  const imported = await Promise.all(keys.slice(0, MOST_KEYS).map(importKey));
  return imported.filter((key) => key !== null);
}

async function importKey(jwk: unknown): Promise<PublishedKey | null> {
  if (typeof jwk !== "object" || jwk === null) return null;
  const { kid, use, key_ops: uses } = jwk as JWK;
  const algorithm = algorithmOf(jwk as JWK);
  const verifies = (use === undefined || use === "sig") && (!Array.isArray(uses) || uses.includes("verify"));
  if (algorithm === null || !verifies) return null;
  try {
    const key = await importJWK(jwk as JWK, algorithm);
    // A published private key proves nothing: everybody can sign with it.
    if (!(key instanceof CryptoKey) || key.type !== "public") return null;
    return { kid: typeof kid === "string" ? kid : null, algorithm, key };
  } catch {
    return null;
  }
}

function algorithmOf({ kty, crv, alg }: JWK): PublicKeyAlgorithm | null {
  const fitting = kty === "RSA" ? "RS256" : CURVES[`${kty} ${crv}`];
  return fitting !== undefined && (alg === undefined || alg === fitting) ? fitting : null;
}

const CURVES: Readonly<Record<string, PublicKeyAlgorithm>> = { "EC P-256": "ES256", "OKP Ed25519": "EdDSA" };
