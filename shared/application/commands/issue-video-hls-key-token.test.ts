import { describe, expect, it } from "vitest";
import { type SessionLimit, type SessionRules, STANDARD_SESSION_RULES } from "../../domain/access/play-session.ts";
import type { QualityAuth, Viewer } from "../../domain/quality/quality-auth.ts";
import { fromWire } from "../../playback-token/claims.ts";
import { createTokenSigner } from "../../playback-token/token-signer.ts";
import type { StoredKey, StoredPart } from "../ports/gate-readings.ts";
import { type IssueRequest, issueVideoHlsKeyToken } from "./issue-video-hls-key-token.ts";

const NOW = 1_770_000_000_999;
const SECONDS = 1_770_000_000;
const signer = createTokenSigner("play+jwt", [{ id: "t1", bytes: new Uint8Array(32) }]);

const low: QualityAuth = { quality: "480p", policy: "PUBLIC", entitlement: null };
const high: QualityAuth = { quality: "1080p", policy: "ENTITLED", entitlement: "gold" };
const middle: QualityAuth = { quality: "720p", policy: "AUTHENTICATED", entitlement: null };

const nobody: Viewer = { kind: "anonymous" };
const guest: Viewer = { kind: "viewer", id: "guest", entitlements: [] };
const gold: Viewer = { kind: "viewer", id: "gold", entitlements: ["gold"] };
const administrator: Viewer = { kind: "administrator", id: "admin" };

const key = (quality: StoredKey["quality"], keyVersion = 2): StoredKey => ({
  ...{ keyId: `${quality}-${keyVersion}`, quality, keyVersion, status: "ACTIVE", usableUntil: null },
  ...{ fileId: "file", wrappedKey: "", kekId: "" },
});

const published: StoredPart = {
  postStatus: "PUBLISHED",
  postVersion: 7,
  isRemoved: false,
  durationSeconds: 2000.4,
  playing: { prefix: "a-film/job/enc/k2-c1/", keyVersion: 2 },
  migration: null,
  captions: [],
  chapters: [],
  mediaStart: 126_000,
  images: null,
  poster: null,
  policies: [low, high, middle],
  keys: [key("480p"), key("1080p"), key("720p")],
};

/** Issues against one part; shows the token. */
async function issue(
  request: Partial<IssueRequest> = {},
  part: StoredPart | null = published,
  sessionRules: SessionRules = STANDARD_SESSION_RULES,
) {
  const nobodys = { viewerId: null, apiKeyId: null };
  const standard: IssueRequest = { videoPostId: "post", fileIndex: 4, viewer: nobody, startSeconds: 600, ...nobodys };
  const known = { part, feedPosition: 40 };
  const outcome = await issueVideoHlsKeyToken({ signer, sessionRules }, known, { ...standard, ...request }, NOW);
  const verified = outcome.kind === "issued" ? await signer.verify(outcome.token, SECONDS) : null;
  return { outcome, claims: verified?.kind === "valid" ? fromWire(verified.payload) : null };
}

describe("the token that is issued", () => {
  it("names what plays, and lives for as long as it may start sessions", async () => {
    const { outcome, claims } = await issue();
    expect(outcome).toMatchObject({ kind: "issued", expiresAt: (SECONDS + 600) * 1000, qualities: ["480p"] });
    expect(outcome).toMatchObject({ lockedQualities: ["1080p", "720p"] });
    expect(claims).toMatchObject({
      kind: "issued",
      videoPostId: "post",
      fileIndex: 4,
      keyVersion: 2,
      objectPath: "a-film/job/enc/k2-c1/",
      qualities: ["480p"],
      issuedAt: SECONDS,
      expiresAt: SECONDS + 600,
    });
    expect(claims?.sessionId).toBe(claims?.tokenId);
  });

  it.each<[string, Viewer, string[]]>([
    ["nobody", nobody, ["480p"]],
    ["a guest", guest, ["720p", "480p"]],
    ["a subscriber", gold, ["1080p", "720p", "480p"]],
    ["an administrator", administrator, ["1080p", "720p", "480p"]],
  ])("allows %s what the policies say, the best first", async (_, viewer, qualities) => {
    expect((await issue({ viewer })).claims?.qualities).toEqual(qualities);
  });

  it("can be narrowed to some qualities, and never widened", async () => {
    expect((await issue({ viewer: gold, qualities: ["480p", "1080p"] })).claims?.qualities).toEqual(["1080p", "480p"]);
    expect((await issue({ viewer: guest, qualities: ["480p", "1080p"] })).claims?.qualities).toEqual(["480p"]);
    expect((await issue({ viewer: guest, qualities: ["1080p"] })).outcome).toEqual({ kind: "nothing-allowed" });
    expect((await issue({ viewer: guest, qualities: [] })).outcome).toEqual({ kind: "nothing-allowed" });
  });

  it.each([
    [null, 3600],
    [10, 3600],
    [1800, 3600],
    [2000.4, 4001],
    [20 * 3600, 24 * 3600],
  ])("of a film of %s seconds gives sessions of %i seconds", async (durationSeconds, sessionSeconds) => {
    expect((await issue({}, { ...published, durationSeconds })).claims?.sessionSeconds).toBe(sessionSeconds);
  });
});

describe("what a token is revoked by", () => {
  it("is the position of the feed and the version of the post that its issuer knew", async () => {
    expect((await issue()).claims).toMatchObject({ feedPosition: 40, postVersion: 7 });
  });

  it("is its viewer and its API key, where it has them", async () => {
    expect((await issue()).claims).toMatchObject({ viewerId: null, apiKeyId: null });
    const named = await issue({ viewerId: "hash", apiKeyId: "site" });
    expect(named.claims).toMatchObject({ viewerId: "hash", apiKeyId: "site" });
  });
});

describe("the uses of a token", () => {
  it("are limited only where the issuer asks for it", async () => {
    expect((await issue({ viewer: gold })).claims?.maxUses).toBeNull();
    expect((await issue({ maxUses: 3 })).claims?.maxUses).toBe(3);
  });
});

describe("the limit of a viewer's sessions", () => {
  const three: SessionLimit = { atMost: 3, overflow: "REFUSE" };
  const one: SessionLimit = { atMost: 1, overflow: "END_OLDEST" };
  const rules = { ...STANDARD_SESSION_RULES, limit: three };
  const ofGold = { viewer: gold, viewerId: "gold" };
  const site = { viewer: administrator, viewerId: "site:7" };

  it.each<[string, Partial<IssueRequest>, SessionRules, SessionLimit | null]>([
    ["is none by default", ofGold, STANDARD_SESSION_RULES, null],
    ["is that of the rules for a viewer who is known", ofGold, rules, three],
    ["is that of the rules for a viewer whom a site names", site, rules, three],
    ["is the token's own where it has one", { ...site, sessionLimit: one }, rules, one],
    ["is the token's own where there is no other", { ...site, sessionLimit: one }, STANDARD_SESSION_RULES, one],
    ["can be lifted for a token", { ...site, sessionLimit: null }, rules, null],
    ["is no administrator's, who issues for all the site's viewers", { viewer: administrator }, rules, null],
    ["is nobody's without a name", { viewer: nobody, maxUses: 1 }, rules, null],
    ["does not hold for qualities that anybody may watch", { ...site, qualities: ["480p"] }, rules, null],
    ["holds for those where the issuer asks for it", { ...site, qualities: ["480p"], sessionLimit: one }, rules, one],
  ])("%s", async (_, request, sessionRules, limit) => {
    expect((await issue(request, published, sessionRules)).claims?.sessionLimit).toEqual(limit);
  });
});

describe("no token is issued", () => {
  it.each<[string, Partial<StoredPart> | null, Viewer, string]>([
    ["for a part that does not exist", null, administrator, "not-found"],
    ["for a post that was deleted, to anybody", { postStatus: "DELETED" }, administrator, "deleted"],
    [
      "for a post that is not published, whose existence viewers do not learn",
      { postStatus: "PENDING_AUDIT" },
      gold,
      "not-found",
    ],
    ["for a post that was rejected", { postStatus: "REJECTED" }, nobody, "not-found"],
    ["for a part that does not play yet", { playing: null }, gold, "not-ready"],
    [
      "for a part that does not play yet, to administrators",
      { playing: null, postStatus: "TRANSCODING" },
      administrator,
      "not-ready",
    ],
    ["for an imported part that nobody has asked for", { playing: null, migration: "waiting" }, gold, "rekey-required"],
    ["for an imported part whose migration failed", { playing: null, migration: "failed" }, gold, "rekey-failed"],
    [
      "for an imported part of a post that is not published",
      { playing: null, migration: "waiting", postStatus: "PENDING_AUDIT" },
      gold,
      "not-found",
    ],
    ["where every quality is for others", { policies: [high] }, guest, "nothing-allowed"],
    ["where the keys of what plays were revoked", { keys: [] }, administrator, "not-ready"],
    ["where only replaced keys are left", { keys: [key("480p", 1)] }, administrator, "not-ready"],
  ])("%s", async (_, part, viewer, kind) => {
    const { outcome } = await issue({ viewer }, part === null ? null : { ...published, ...part });
    expect(outcome).toEqual({ kind });
  });

  it("but to an administrator who looks at a post before its audit", async () => {
    const unaudited = { ...published, postStatus: "PENDING_AUDIT" } as const;
    expect((await issue({ viewer: administrator }, unaudited)).outcome.kind).toBe("issued");
  });
});
