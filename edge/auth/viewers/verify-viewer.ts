import type { JWTPayload } from "jose";
import type { Viewer } from "../../../shared/domain/quality/quality-auth.ts";
import type { Later } from "../../gate/freshness.ts";
import type { ViewerIssuer } from "../../settings/viewer-issuers.ts";
import { checkWithPublishedKeys, checkWithSecrets, issuerNamedBy } from "./check-jwt.ts";
import type { IssuerKeys } from "./issuer-keys.ts";

export type ViewerVerification =
  | { readonly kind: "viewer"; readonly viewer: Viewer & { readonly kind: "viewer" } }
  /** `reason` is for the viewer's site; it never contains any part of the token. */
  | { readonly kind: "invalid"; readonly reason: string }
  | { readonly kind: "unavailable" };

export interface ViewerVerifier {
  /** `now` in milliseconds. */
  verify(token: string, now: number, later: Later): Promise<ViewerVerification>;
}

const MOST_ENTITLEMENTS = 1000;

/** Verifies the JWTs that sites give their viewers: issuer, audience, signature by the pinned algorithm, and end. */
export function createViewerVerifier(issuers: readonly ViewerIssuer[], issuerKeys: IssuerKeys): ViewerVerifier {
  const secretKeyOf = createSecretKeys();
  return {
    async verify(token, now, later) {
      const issuer = issuers.find((one) => one.issuer === issuerNamedBy(token));
      if (issuer === undefined) return { kind: "invalid", reason: "viewer tokens of this issuer are not accepted" };
      const checked =
        issuer.algorithm === "HS256"
          ? await checkWithSecrets(token, issuer, issuer.secrets, secretKeyOf, now)
          : await checkWithPublishedKeys(token, issuer, issuerKeys, now, later);
      return checked.kind === "payload" ? viewerOf(checked.payload, issuer) : checked;
    },
  };
}

/** Each secret is imported once, and not for every viewer: a key belongs to no request. */
function createSecretKeys(): (secret: Uint8Array<ArrayBuffer>) => Promise<CryptoKey> {
  const known = new Map<Uint8Array<ArrayBuffer>, CryptoKey>();
  return async (secret) => {
    const key = known.get(secret) ?? (await importSecret(secret));
    known.set(secret, key);
    return key;
  };
}

function importSecret(secret: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
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

/** A list of strings, or one string separated by spaces, as OAuth's `scope` (RFC 8693 4.2). Absent means none. */
function entitlementsOf(claim: unknown): readonly string[] | null {
  if (claim === undefined || claim === null) return [];
  const list = typeof claim === "string" ? claim.split(" ").filter(Boolean) : claim;
  if (!Array.isArray(list) || list.length > MOST_ENTITLEMENTS) return null;
  return list.every((one) => typeof one === "string") ? list : null;
}
