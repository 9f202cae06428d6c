import { isAudioQuality, nominalRung, type Quality } from "./quality.ts";

export const QUALITY_POLICIES = ["PUBLIC", "AUTHENTICATED", "ENTITLED", "DENIED"] as const;
export type QualityPolicy = (typeof QUALITY_POLICIES)[number];

export type QualityAuth = {
  readonly quality: Quality;
  readonly policy: QualityPolicy;
  /** The entitlement that the viewer needs; only with ENTITLED. */
  readonly entitlement: string | null;
};

/** The requester. Policies do not limit an administrator. */
export type Viewer =
  | { readonly kind: "anonymous" }
  | { readonly kind: "viewer"; readonly id: string; readonly entitlements: readonly string[] }
  | { readonly kind: "administrator"; readonly id: string };

/** The default policies of a quality, written with its first key. */
export type DefaultPolicyRule = {
  /**
   * Video up to this many nominal lines is PUBLIC; above, it is ENTITLED to an entitlement with the name of the
   * quality.
   */
  readonly publicUpTo: number;
};

export const STANDARD_POLICY_RULE: DefaultPolicyRule = { publicUpTo: 480 };

export function defaultQualityAuth(quality: Quality, rule: DefaultPolicyRule): QualityAuth {
  if (isAudioQuality(quality) || nominalRung(quality) <= rule.publicUpTo) return publicQualityAuth(quality);
  return { quality, policy: "ENTITLED", entitlement: quality };
}

export function publicQualityAuth(quality: Quality): QualityAuth {
  return { quality, policy: "PUBLIC", entitlement: null };
}

export function mayWatch(auth: QualityAuth, viewer: Viewer): boolean {
  if (viewer.kind === "administrator") return true;
  switch (auth.policy) {
    case "PUBLIC":
      return true;
    case "AUTHENTICATED":
      return viewer.kind === "viewer";
    case "ENTITLED":
      return viewer.kind === "viewer" && auth.entitlement !== null && viewer.entitlements.includes(auth.entitlement);
    case "DENIED":
      return false;
    default:
      return auth.policy satisfies never;
  }
}
