import { describe, expect, it } from "vitest";
import { QUALITIES, type Quality } from "./quality.ts";
import { defaultQualityAuth, mayWatch, type QualityAuth, STANDARD_POLICY_RULE, type Viewer } from "./quality-auth.ts";

describe("the default policies", () => {
  const policyOf = (quality: Quality, publicUpTo = STANDARD_POLICY_RULE.publicUpTo) => {
    const { policy, entitlement } = defaultQualityAuth(quality, { publicUpTo });
    return [policy, entitlement];
  };

  it("are public up to 480p and for audio, and an entitlement named like the quality above", () => {
    expect(Object.fromEntries(QUALITIES.map((quality) => [quality, policyOf(quality)]))).toEqual({
      "1080p": ["ENTITLED", "1080p"],
      "720p": ["ENTITLED", "720p"],
      "480p": ["PUBLIC", null],
      "360p": ["PUBLIC", null],
      "192k": ["PUBLIC", null],
      "128k": ["PUBLIC", null],
      "96k": ["PUBLIC", null],
    });
  });

  it("follow the deployment's limit", () => {
    expect(policyOf("720p", 720)).toEqual(["PUBLIC", null]);
    expect(policyOf("360p", 0)).toEqual(["ENTITLED", "360p"]);
    expect(policyOf("96k", 0)).toEqual(["PUBLIC", null]);
  });
});

describe("who may watch", () => {
  const nobody: Viewer = { kind: "anonymous" };
  const guest: Viewer = { kind: "viewer", id: "1", entitlements: [] };
  const subscriber: Viewer = { kind: "viewer", id: "2", entitlements: ["silver", "gold"] };
  const administrator: Viewer = { kind: "administrator", id: "3" };
  const auth = (policy: QualityAuth["policy"], entitlement: string | null = null): QualityAuth => {
    return { quality: "720p", policy, entitlement };
  };

  it.each<[QualityAuth, boolean, boolean, boolean]>([
    [auth("PUBLIC"), true, true, true],
    [auth("AUTHENTICATED"), false, true, true],
    [auth("ENTITLED", "gold"), false, false, true],
    [auth("ENTITLED", "platinum"), false, false, false],
    // Without its entitlement a policy would be open to all or to none: it is open to none.
    [auth("ENTITLED"), false, false, false],
    [auth("DENIED"), false, false, false],
  ])(
    "are, under %j: anonymous %s, guest %s, subscriber %s, and always an administrator",
    (policy, byNobody, byGuest, bySubscriber) => {
      expect(mayWatch(policy, nobody)).toBe(byNobody);
      expect(mayWatch(policy, guest)).toBe(byGuest);
      expect(mayWatch(policy, subscriber)).toBe(bySubscriber);
      expect(mayWatch(policy, administrator)).toBe(true);
    },
  );
});
