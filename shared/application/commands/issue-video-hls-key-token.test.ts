import { describe, expect, it } from "vitest";
import { type SessionLimit, type SessionRules, STANDARD_SESSION_RULES } from "../../domain/play-session.ts";
import type { QualityAuth, Viewer } from "../../domain/quality-auth.ts";
import { fromWire } from "../../playback-token/claims.ts";
import { createTokenSigner } from "../../playback-token/token-signer.ts";
import type { PlayablePart, TokenRow, TokenStore } from "../ports/token-store.ts";
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

const published: PlayablePart = {
  postStatus: "PUBLISHED",
  fileId: "file",
  durationSeconds: 2000.4,
  playing: { prefix: "a-film/job/enc/k2-c1/", keyVersion: 2 },
  migration: null,
  qualityAuth: [low, high, middle],
};

/** Issues against one part; shows what went into the database and into the token. */
async function issue(
  request: Partial<IssueRequest> = {},
  part: PlayablePart | null = published,
  stillPlays = true,
  sessionRules: SessionRules = STANDARD_SESSION_RULES,
) {
  const rows: TokenRow[] = [];
  const unused = () => Promise.reject(new Error("token issue does not do that"));
  const tokens: TokenStore = {
    findPlayablePart: async () => part,
    issue: async (row) => stillPlays && rows.push(row) > 0,
    consume: unused,
    revoke: unused,
    deleteExpired: unused,
  };
  const standard: IssueRequest = { videoPostId: "post", fileIndex: 4, viewer: nobody, startSeconds: 600 };
  const outcome = await issueVideoHlsKeyToken({ tokens, signer, sessionRules }, { ...standard, ...request }, NOW);
  const verified = outcome.kind === "issued" ? await signer.verify(outcome.token, SECONDS) : null;
  return { outcome, rows, claims: verified?.kind === "valid" ? fromWire(verified.payload) : null };
}

describe("the token that is issued", () => {
  it("names what plays, and lives for as long as it may start sessions", async () => {
    const { outcome, claims } = await issue();
    expect(outcome).toMatchObject({ kind: "issued", expiresAt: SECONDS + 600, qualities: ["480p"] });
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

describe("the row of a token", () => {
  it("is not there for what everybody may have without limit", async () => {
    const { rows, claims } = await issue();
    expect(rows).toEqual([]);
    expect(claims?.hasRow).toBe(false);
  });

  it("is there as soon as one quality is not for everybody, or there is a limit or a name", async () => {
    for (const request of [{ viewer: guest }, { maxUses: 1 }, { viewer: administrator }, { issuedTo: "site:7" }]) {
      const { rows, claims } = await issue(request);
      expect(claims?.hasRow).toBe(true);
      expect(rows).toHaveLength(1);
    }
  });

  it("holds what can change, and lives until the last session that was started has ended", async () => {
    const { rows, claims } = await issue({ viewer: gold, maxUses: 3 });
    expect(rows).toEqual([
      {
        tokenId: claims?.tokenId,
        fileId: "file",
        keyVersion: 2,
        allowedQualities: ["1080p", "720p", "480p"],
        viewer: "gold",
        maxUses: 3,
        sessionLimit: null,
        startBefore: (SECONDS + 600) * 1000,
        deleteAfter: (SECONDS + 600 + 4001) * 1000,
      },
    ]);
    expect((await issue({ maxUses: 3 })).rows).toMatchObject([{ viewer: null }]);
    const named = { viewer: administrator, issuedTo: "site:7" };
    expect((await issue(named)).rows).toMatchObject([{ viewer: "site:7" }]);
  });
});

describe("the limit of a viewer's sessions", () => {
  const three: SessionLimit = { atMost: 3, overflow: "REFUSE" };
  const one: SessionLimit = { atMost: 1, overflow: "END_OLDEST" };
  const rules = { ...STANDARD_SESSION_RULES, limit: three };
  const site = { viewer: administrator, issuedTo: "site:7" };

  it.each<[string, Partial<IssueRequest>, SessionRules, SessionLimit | null]>([
    ["is none by default", { viewer: gold }, STANDARD_SESSION_RULES, null],
    ["is that of the rules for a viewer who is known", { viewer: gold }, rules, three],
    ["is that of the rules for whom a site names", site, rules, three],
    ["is the token's own where it has one", { ...site, sessionLimit: one }, rules, one],
    ["is the token's own where there is no other", { ...site, sessionLimit: one }, STANDARD_SESSION_RULES, one],
    ["can be lifted for a token", { ...site, sessionLimit: null }, rules, null],
    ["is no administrator's, who issues for all the site's viewers", { viewer: administrator }, rules, null],
    ["is nobody's without a name", { viewer: nobody, maxUses: 1 }, rules, null],
  ])("%s", async (_, request, sessionRules, limit) => {
    const { rows, claims } = await issue(request, published, true, sessionRules);
    expect(rows).toMatchObject([{ sessionLimit: limit }]);
    expect(claims?.limited).toBe(limit !== null);
  });

  it("makes no row for what everybody may have", async () => {
    const part = { ...published, qualityAuth: [low] };
    const { rows, claims } = await issue({ viewer: guest }, part, true, rules);
    expect(rows).toEqual([]);
    expect(claims).toMatchObject({ hasRow: false, limited: false });
  });
});

describe("no token is issued", () => {
  it.each<[string, Partial<PlayablePart> | null, Viewer, string]>([
    ["for a part that does not exist", null, administrator, "not-found"],
    ["for a post that was deleted, to anybody", { postStatus: "DELETED" }, administrator, "deleted"],
    [
      "for a post that is not published, which viewers are not told of",
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
    ["where every quality is for others", { qualityAuth: [high] }, guest, "nothing-allowed"],
    ["where the keys of what plays were revoked", { qualityAuth: [] }, administrator, "not-ready"],
  ])("%s", async (_, part, viewer, kind) => {
    const { outcome, rows } = await issue({ viewer }, part === null ? null : { ...published, ...part });
    expect(outcome).toEqual({ kind });
    expect(rows).toEqual([]);
  });

  it("when the part stopped playing that key version between the read and the write", async () => {
    expect((await issue({ viewer: gold }, published, false)).outcome).toEqual({ kind: "not-ready" });
  });

  it("but to an administrator who looks at a post before its audit", async () => {
    const unaudited = { ...published, postStatus: "PENDING_AUDIT" } as const;
    expect((await issue({ viewer: administrator }, unaudited)).outcome.kind).toBe("issued");
  });
});
