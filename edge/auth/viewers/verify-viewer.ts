import type { JWTPayload } from "jose";
import type { Viewer } from "../../../shared/domain/quality-auth.ts";
import type { Later } from "../../gate/freshness.ts";
import type { ViewerIssuer } from "../../settings/viewer-issuers.ts";
import { type CheckedJwt, checkWithPublishedKeys, checkWithSecrets, issuerNamedBy } from "./check-jwt.ts";
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
  return {
    async verify(token, now, later) {
      const issuer = issuers.find((one) => one.issuer === issuerNamedBy(token));
      if (issuer === undefined) return { kind: "invalid", reason: "viewer tokens of this issuer are not accepted" };
      const checked = await checkSignature(token, issuer, issuerKeys, now, later);
      return checked.kind === "payload" ? viewerOf(checked.payload, issuer) : checked;
    },
  };
}

function checkSignature(
  token: string,
  issuer: ViewerIssuer,
  issuerKeys: IssuerKeys,
  now: number,
  later: Later,
): Promise<CheckedJwt> {
  return issuer.algorithm === "HS256"
    ? checkWithSecrets(token, issuer, issuer.secrets, now)
    : checkWithPublishedKeys(token, issuer, issuerKeys, now, later);
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
