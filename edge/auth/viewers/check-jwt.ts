import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from "jose";
import { unstorablePath } from "../../../shared/lib/storable-text.ts";
import { CLOCK_SKEW_SECONDS } from "../../../shared/playback-token/token-signer.ts";
import type { Later } from "../../gate/freshness.ts";
import type { IssuerKeys, KeySet } from "./issuer-keys.ts";

/** Requirements for a JWT. The algorithm is pinned. */
export type JwtRequirements = {
  readonly issuer: string;
  /** One of them must be in `aud`. */
  readonly audience: string | readonly string[];
  readonly algorithm: "RS256" | "ES256" | "EdDSA" | "HS256";
};

export type CheckedJwt =
  | { readonly kind: "payload"; readonly payload: JWTPayload }
  /** `reason` is for the issuer; it never contains any part of the token. */
  | { readonly kind: "invalid"; readonly reason: string }
  /** The issuer's keys cannot be fetched, which may be transient. */
  | { readonly kind: "unavailable" };

const LONGEST_TOKEN = 8192;

/** The claimed issuer, read before verification: it only selects the keys. */
export function issuerNamedBy(token: string): string | null {
  if (token.length > LONGEST_TOKEN) return null;
  try {
    return decodeJwt(token).iss ?? null;
  } catch {
    return null;
  }
}

/** Checks against the keys that the issuer publishes, and fetches them again when none of them verifies the token. */
export async function checkWithPublishedKeys(
  token: string,
  from: JwtRequirements & { readonly jwksUrl: string },
  issuerKeys: IssuerKeys,
  now: number,
  later: Later,
): Promise<CheckedJwt> {
  if (token.length > LONGEST_TOKEN) return { kind: "invalid", reason: "the token is too long" };
  const known = await issuerKeys.current(from.jwksUrl, later);
  if (known.kind === "unavailable") return known;
  const checked = await checkWithKeys(token, known.keys, from, now);
  if (checked !== "unknown-key") return checked;
  const renewed = await issuerKeys.afterUnknownKey(from.jwksUrl, later);
  if (renewed.kind === "unavailable") return renewed;
  const again = await checkWithKeys(token, renewed.keys, from, now);
  return again === "unknown-key" ? { kind: "invalid", reason: "the issuer does not publish its key" } : again;
}

/** Checks against shared secrets, any of which may have signed. */
export async function checkWithSecrets(
  token: string,
  from: JwtRequirements,
  secrets: readonly Uint8Array<ArrayBuffer>[],
  keyOf: (secret: Uint8Array<ArrayBuffer>) => Promise<CryptoKey>,
  now: number,
): Promise<CheckedJwt> {
  const options = optionsOf(from, now);
  let checked: CheckedJwt = { kind: "invalid", reason: "the signature does not match a key of the issuer" };
  for (const secret of secrets) {
    try {
      return checkedPayload((await jwtVerify(token, await keyOf(secret), options)).payload);
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) checked = refusalOf(error);
    }
  }
  return checked;
}

/**
 * RFC 8725: the algorithm is pinned (3.1), issuer and audience are checked (3.8, 3.9). A token without an expiry is
 * refused.
 */
function optionsOf({ algorithm, issuer, audience }: JwtRequirements, now: number): JWTVerifyOptions {
  return {
    algorithms: [algorithm],
    issuer,
    audience: typeof audience === "string" ? audience : [...audience],
    requiredClaims: ["exp"],
    clockTolerance: CLOCK_SKEW_SECONDS,
    currentDate: new Date(now),
  };
}

/** A token need not name its key (RFC 7515 4.1.4). Then each matching key is tried, up to this number. */
const MOST_KEYS_TRIED = 10;

async function checkWithKeys(
  token: string,
  keys: KeySet,
  from: JwtRequirements,
  now: number,
): Promise<CheckedJwt | "unknown-key"> {
  const header = headerOf(token);
  if (header?.alg !== from.algorithm) return NOT_THE_ISSUERS;
  const { kid } = header;
  const fitting = keys.filter((one) => one.algorithm === from.algorithm && (kid === undefined || one.kid === kid));
  for (const { key } of fitting.slice(0, MOST_KEYS_TRIED)) {
    try {
      return checkedPayload((await jwtVerify(token, key, optionsOf(from, now))).payload);
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) return refusalOf(error);
    }
  }
  // Without a kid, a new key and a wrong signature look the same.
  return fitting.length === 0 || kid === undefined ? "unknown-key" : NOT_THE_ISSUERS;
}

/** Viewers are named by a claim, and names are stored. */
function checkedPayload(payload: JWTPayload): CheckedJwt {
  if (unstorablePath(payload) === null) return { kind: "payload", payload };
  return { kind: "invalid", reason: "a claim contains U+0000 or half of a surrogate pair" };
}

/** Null for a malformed JWS. Read before verification: it only selects the key. */
function headerOf(token: string): { readonly alg?: unknown; readonly kid?: unknown } | null {
  try {
    return decodeProtectedHeader(token);
  } catch {
    return null;
  }
}

const NOT_THE_ISSUERS = {
  kind: "invalid",
  reason: "the token, its algorithm or its signature does not match the issuer",
} as const satisfies CheckedJwt;

function refusalOf(error: unknown): CheckedJwt {
  if (!(error instanceof errors.JOSEError)) throw new Error("a JWT could not be checked", { cause: error });
  if (error instanceof errors.JWTExpired) return { kind: "invalid", reason: "the token has expired" };
  // jose names the claim and never its value.
  if (error instanceof errors.JWTClaimValidationFailed) return { kind: "invalid", reason: `claim ${error.claim}` };
  return NOT_THE_ISSUERS;
}
