import { decodeJwt, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from "jose";
import type { Viewer } from "../../shared/domain/quality-auth.ts";
import { CLOCK_SKEW_SECONDS } from "../../shared/playback-token/token-signer.ts";
import type { IssuerKeys, KeySet } from "./issuer-keys.ts";
import type { ViewerIssuer } from "./viewer-issuers.ts";

export type ViewerVerification =
  | { readonly kind: "viewer"; readonly viewer: Viewer & { readonly kind: "viewer" } }
  /** `reason` is for the viewer's site: it never holds anything of the token. */
  | { readonly kind: "invalid"; readonly reason: string }
  | { readonly kind: "unavailable" };

export interface ViewerVerifier {
  /** `now` in milliseconds. */
  verify(token: string, now: number): Promise<ViewerVerification>;
}

const LONGEST_TOKEN = 8192;
const MOST_ENTITLEMENTS = 1000;

/** Verifies the JWTs that sites give their viewers: issuer, audience, signature by the pinned algorithm, and end. */
export function createViewerVerifier(issuers: readonly ViewerIssuer[], issuerKeys: IssuerKeys): ViewerVerifier {
  return {
    async verify(token, now) {
      const issuer = issuers.find((one) => one.issuer === issuerNamedBy(token));
      if (issuer === undefined) return { kind: "invalid", reason: "no viewer tokens of this issuer are accepted here" };
      const checked = await checkSignature(token, issuer, issuerKeys, now);
      return checked.kind === "payload" ? viewerOf(checked.payload, issuer) : checked;
    },
  };
}

/** Read before it is believed: it only chooses what the signature is checked against. */
function issuerNamedBy(token: string): string | null {
  if (token.length > LONGEST_TOKEN) return null;
  try {
    return decodeJwt(token).iss ?? null;
  } catch {
    return null;
  }
}

type Checked =
  | { readonly kind: "payload"; readonly payload: JWTPayload }
  | Exclude<ViewerVerification, { kind: "viewer" }>;

async function checkSignature(
  token: string,
  issuer: ViewerIssuer,
  issuerKeys: IssuerKeys,
  now: number,
): Promise<Checked> {
  const options = requirementsOf(issuer, now);
  if (issuer.algorithm === "HS256") return checkWithSecrets(token, issuer.secrets, options);
  const known = await issuerKeys.current(issuer.jwksUrl, now);
  if (known.kind === "unavailable") return known;
  const checked = await checkWithKeys(token, known.keys, options);
  if (checked !== "unknown-key") return checked;
  const renewed = await issuerKeys.afterUnknownKey(issuer.jwksUrl, now);
  if (renewed.kind === "unavailable") return renewed;
  const again = await checkWithKeys(token, renewed.keys, options);
  return again === "unknown-key" ? { kind: "invalid", reason: "its key is not one of the issuer's" } : again;
}

/** RFC 8725: 3.1 the algorithm is ours to choose, 3.8 and 3.9 issuer and audience; and a token without an end is none. */
function requirementsOf(issuer: ViewerIssuer, now: number): JWTVerifyOptions {
  return {
    algorithms: [issuer.algorithm],
    issuer: issuer.issuer,
    audience: issuer.audience,
    requiredClaims: ["exp"],
    clockTolerance: CLOCK_SKEW_SECONDS,
    currentDate: new Date(now),
  };
}

async function checkWithKeys(token: string, keys: KeySet, options: JWTVerifyOptions): Promise<Checked | "unknown-key"> {
  try {
    return { kind: "payload", payload: (await jwtVerify(token, keys, options)).payload };
  } catch (error) {
    return error instanceof errors.JWKSNoMatchingKey ? "unknown-key" : refusalOf(error);
  }
}

async function checkWithSecrets(
  token: string,
  secrets: readonly Uint8Array<ArrayBuffer>[],
  options: JWTVerifyOptions,
): Promise<Checked> {
  let checked: Checked = { kind: "invalid", reason: "the signature is not the issuer's" };
  for (const secret of secrets) {
    try {
      return { kind: "payload", payload: (await jwtVerify(token, secret, options)).payload };
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) checked = refusalOf(error);
    }
  }
  return checked;
}

function refusalOf(error: unknown): Checked {
  if (!(error instanceof errors.JOSEError)) throw new Error("a viewer token could not be checked", { cause: error });
  if (error instanceof errors.JWTExpired) return { kind: "invalid", reason: "the viewer token has expired" };
  // jose names the claim and never its value.
  if (error instanceof errors.JWTClaimValidationFailed) return { kind: "invalid", reason: `claim ${error.claim}` };
  return { kind: "invalid", reason: "the token, its algorithm or its signature is not the issuer's" };
}

function viewerOf(payload: JWTPayload, issuer: ViewerIssuer): ViewerVerification {
  const subject = payload[issuer.subjectClaim];
  if (typeof subject !== "string" || subject.length < 1 || subject.length > 200) {
    return { kind: "invalid", reason: `claim ${issuer.subjectClaim}: a text of at most 200 characters is needed` };
  }
  const entitlements = entitlementsOf(payload[issuer.entitlementsClaim]);
  if (entitlements === null) {
    return { kind: "invalid", reason: `claim ${issuer.entitlementsClaim}: a list of texts is needed` };
  }
  return { kind: "viewer", viewer: { kind: "viewer", id: `${issuer.id}:${subject}`, entitlements } };
}

/** A list of texts, or one text with spaces between them as OAuth's `scope` has it (RFC 8693 4.2); none is none. */
function entitlementsOf(claim: unknown): readonly string[] | null {
  if (claim === undefined || claim === null) return [];
  const list = typeof claim === "string" ? claim.split(" ").filter(Boolean) : claim;
  if (!Array.isArray(list) || list.length > MOST_ENTITLEMENTS) return null;
  return list.every((one) => typeof one === "string") ? list : null;
}
