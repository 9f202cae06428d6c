import { describe, expect, it } from "vitest";
import { fromWire, type PlaybackClaims, refreshedClaims, sessionClaims, toWire } from "./claims.ts";
import { createTokenSigner } from "./token-signer.ts";

const issued: PlaybackClaims = {
  kind: "issued",
  tokenId: "t".repeat(22),
  sessionId: "t".repeat(22),
  videoPostId: "0197f0c0-0000-7000-8000-000000000001",
  fileIndex: 3,
  keyVersion: 12,
  objectPath: "a-film/0197f0c0-0000-7000-8000-000000000002/enc/k12-c3/",
  qualities: ["1080p", "720p", "480p", "360p"],
  feedPosition: 40,
  postVersion: 7,
  viewerId: null,
  apiKeyId: null,
  maxUses: null,
  sessionLimit: null,
  sessionSeconds: 3600,
  issuedAt: 1_770_000_000,
  expiresAt: 1_770_000_600,
  startedAt: 1_770_000_000,
  origin: { issuedAt: 1_770_000_000, expiresAt: 1_770_000_600 },
  binding: null,
};

/** Everything that a token can limit. */
const limited: PlaybackClaims = {
  ...issued,
  viewerId: "v".repeat(22),
  apiKeyId: "0123456789abcdef",
  maxUses: 3,
  sessionLimit: { atMost: 2, overflow: "END_OLDEST" },
};

describe("claims", () => {
  it("come back from the wire as they were, issued or session, with and without limits", () => {
    const session = sessionClaims(issued, "s".repeat(22), 1_770_000_100);
    const refreshed = refreshedClaims(session, 1_770_001_000, 86_400);
    const bound = sessionClaims(limited, "s", 1_770_000_100, "NL");
    const inNetwork = sessionClaims(issued, "s", 1_770_000_100, 13_335);
    const refusing = { ...limited, sessionLimit: { atMost: 2, overflow: "REFUSE" as const } };
    const first = { ...issued, feedPosition: 0, fileIndex: 0 };
    for (const claims of [issued, first, session, refreshed, limited, refusing, bound, inNetwork]) {
      expect(fromWire(JSON.parse(JSON.stringify(toWire(claims))))).toEqual(claims);
    }
  });

  it("have the names that are written down as their contract", () => {
    expect(toWire(sessionClaims(issued, "s", 1_770_000_100))).toEqual({
      jti: "t".repeat(22),
      sid: "s",
      p: "0197f0c0-0000-7000-8000-000000000001",
      f: 3,
      v: 12,
      o: "a-film/0197f0c0-0000-7000-8000-000000000002/enc/k12-c3/",
      q: ["1080p", "720p", "480p", "360p"],
      w: 40,
      pv: 7,
      s: 3600,
      iat: 1_770_000_100,
      exp: 1_770_003_700,
      ia: 100,
      x: 600,
    });
    const more = sessionClaims(limited, "s", 1_770_000_100, "NL");
    expect(toWire(refreshedClaims(more, 1_770_001_000, 86_400))).toMatchObject({
      sid: "s",
      d: "v".repeat(22),
      a: "0123456789abcdef",
      u: 3,
      n: 2,
      g: 1,
      iat: 1_770_001_000,
      exp: 1_770_004_600,
      t: 1_770_000_100,
      ia: 1000,
      x: 600,
      b: "NL",
    });
  });

  it("of a session live on their own, however soon the token that was issued ends", () => {
    const session = sessionClaims(issued, "s", issued.expiresAt - 1);
    expect(session).toEqual({
      ...issued,
      kind: "session",
      sessionId: "s",
      issuedAt: issued.expiresAt - 1,
      expiresAt: issued.expiresAt - 1 + issued.sessionSeconds,
      startedAt: issued.expiresAt - 1,
    });
  });

  const started = sessionClaims(issued, "s", 1_770_000_000);
  it.each([
    ["moves the end to another life from now", 1_770_001_000, 86_400, 1_770_004_600],
    ["stops at the longest life, counted from the first start", 1_770_001_000, 4000, 1_770_004_000],
    ["leaves an end alone that lies further than is allowed by now", 1_770_001_000, 600, 1_770_003_600],
    ["changes nothing in the second of the start", 1_770_000_000, 86_400, 1_770_003_600],
  ])("a refresh %s", (_, at, longest, end) => {
    const refreshed = refreshedClaims(started, at, longest);
    expect(refreshed).toEqual({ ...started, issuedAt: at, expiresAt: end });
    // However often: the first start counts.
    expect(refreshedClaims(refreshed, at, longest)).toEqual(refreshed);
  });

  const wire = toWire(issued);
  it.each<[string, unknown]>([
    ["nothing", null],
    ["a list", []],
    ["no post", { ...wire, p: undefined }],
    ["an empty path", { ...wire, o: "" }],
    ["a path without end", { ...wire, o: "x".repeat(1025) }],
    ["no qualities", { ...wire, q: [] }],
    ["a quality that is no name", { ...wire, q: ["../1080p"] }],
    ["a quality that is no text", { ...wire, q: [1080] }],
    ["a negative file index", { ...wire, f: -1 }],
    ["half a key version", { ...wire, v: 1.5 }],
    ["a key version below 0", { ...wire, v: -1 }],
    ["no feed position, as before there was a feed", { ...wire, w: undefined }],
    ["a feed position below 0", { ...wire, w: -1 }],
    ["no post version", { ...wire, pv: undefined }],
    ["a viewer who is no text", { ...wire, d: 7 }],
    ["no uses at all", { ...wire, u: 0 }],
    ["a session limit for nobody", { ...wire, n: 2 }],
    ["a session limit of 0", { ...wire, d: "viewer", n: 0 }],
    ["an overflow rule without a limit", { ...wire, d: "viewer", g: 1 }],
    ["the age of an issued token beside no session", { ...wire, ia: 1, x: 600 }],
    ["a session without the end of its token", { ...wire, sid: "s", ia: 1 }],
    ["an empty session", { ...wire, sid: "" }],
    ["no end", { ...wire, exp: undefined }],
    ["a start that is no time", { ...wire, t: "1770000000" }],
    ["a binding to nothing", { ...wire, b: "" }],
    ["a binding to a list", { ...wire, b: ["NL"] }],
    ["a binding that is no network", { ...wire, b: 0.5 }],
  ])("are null for a payload with %s", (_, payload) => {
    expect(fromWire(payload)).toBeNull();
  });
});

describe("a playback token", () => {
  const signer = createTokenSigner("play+jwt", [{ id: "k".repeat(32), bytes: new Uint8Array(32) }]);
  const sizeWith = async (slug: string, claims = limited) => {
    const objectPath = claims.objectPath.replace("a-film", slug);
    const known = { ...claims, feedPosition: 9_999_999, postVersion: 9999, objectPath };
    const session = sessionClaims(known, "s".repeat(22), issued.issuedAt, 4_200_000_000);
    const token = await signer.sign(toWire(refreshedClaims(session, issued.issuedAt + 1000, 86_400)));
    return token.length;
  };

  it("stays short, since ffmpeg and mpv cut long URLs: with every limit, all qualities and the longest slug of any script", async () => {
    expect(await sizeWith("a-film", issued)).toBeLessThan(650);
    expect(await sizeWith("a".repeat(80))).toBeLessThan(800);
    expect(await sizeWith("第".repeat(80))).toBeLessThan(1000);
    expect(await sizeWith("𠮷".repeat(80))).toBeLessThan(1100);
  });
});
