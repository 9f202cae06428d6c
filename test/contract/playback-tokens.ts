import { beforeEach, describe, expect, it } from "vitest";
import {
  consumeVideoHlsKeyToken,
  type GateRefusal,
} from "../../shared/application/commands/consume-video-hls-key-token.ts";
import { deleteVideoPost } from "../../shared/application/commands/edit-video-post.ts";
import type { TokenRow } from "../../shared/application/ports/token-store.ts";
import type { VideoPost } from "../../shared/domain/video-post.ts";
import type { PlaybackClaims } from "../../shared/playback-token/claims.ts";
import type { OpenPersistence, TestPersistence } from "./persistence.ts";
import { askForJob, encrypt, NOW, onlyPart, publishPost, reload, savePost, transcode, vault } from "./steps.ts";
import { START_BEFORE, sessionOf, tokenRow } from "./viewing-sessions.ts";

const GRACE_MS = 60_000;

export function describePlaybackTokens(name: string, open: OpenPersistence): void {
  let persistence: TestPersistence;
  let post: VideoPost;
  beforeEach(async () => {
    persistence = await open();
    post = await publishPost(persistence);
  });

  const issue = (tokenId: string, more: Partial<TokenRow> = {}) =>
    persistence.tokens.issue(tokenRow(post, tokenId, more), NOW);
  const claimsOf = (tokenId: string, sessionId: string, more: Partial<PlaybackClaims> = {}): PlaybackClaims =>
    sessionOf(post, tokenId, sessionId, { limited: false, ...more });
  const keyIn = (of: VideoPost, keyVersion = 1) =>
    onlyPart(of).keys.find((key) => key.quality === "1080p" && key.keyVersion === keyVersion)!;
  const ask = async (
    claims: PlaybackClaims,
    more: { keyId?: string; quality?: "1080p" | "480p"; now?: number } = {},
  ) => {
    const asked = { keyId: more.keyId ?? keyIn(post).keyId, quality: more.quality ?? ("1080p" as const) };
    const outcome = await consumeVideoHlsKeyToken(
      { tokens: persistence.tokens, vault },
      claims,
      asked,
      more.now ?? NOW,
    );
    return outcome.kind === "key" ? "key" : outcome.reason;
  };
  const sessions = async () => (await persistence.rows("video_hls_token_session")).length;
  const rotate = async () => {
    await askForJob(persistence, post.id, "ENCRYPT");
    return encrypt(persistence, NOW, GRACE_MS);
  };
  const revoke = async () => {
    await deleteVideoPost(persistence.posts, post.id, NOW);
  };

  describe(`${name}: what token issue reads and writes`, () => {
    it("is nothing for a part that does not exist", async () => {
      expect(await persistence.tokens.findPlayablePart(post.id, 1)).toBeNull();
      expect(await persistence.tokens.findPlayablePart("nobody", 0)).toBeNull();
    });

    it("is what plays, with the policies of its qualities", async () => {
      const part = await persistence.tokens.findPlayablePart(post.id, 0);
      const { playing, qualityAuth, id } = onlyPart(post);
      expect(part).toMatchObject({ postStatus: "PUBLISHED", fileId: id, durationSeconds: 18 });
      expect(part?.playing).toEqual({ prefix: playing?.prefix, keyVersion: 1 });
      expect(part?.qualityAuth).toHaveLength(qualityAuth.length);
      expect(part?.qualityAuth).toEqual(expect.arrayContaining([...qualityAuth]));
    });

    it("is not yet playable before the first encryption", async () => {
      const unready = await savePost(persistence);
      await transcode(persistence);
      const part = await persistence.tokens.findPlayablePart(unready.id, 0);
      expect(part).toMatchObject({ postStatus: "TRANSCODING", playing: null, qualityAuth: [] });
    });

    it("is a row for the key version that plays, and for no other", async () => {
      expect(await issue("t1")).toBe(true);
      expect(await issue("t2", { keyVersion: 2 })).toBe(false);
      expect(await rotate()).toBe(2);
      expect(await issue("t3", { keyVersion: 1 })).toBe(false);
      expect(await issue("t4", { keyVersion: 2 })).toBe(true);
      const rows = await persistence.rows("video_hls_key_token");
      expect(rows.map((row) => row.token_id)).toEqual(["t1", "t4"]);
    });

    it("never touches the post: 500 tokens at once while an editor saves 20 times, and nobody waits for anybody", async () => {
      const edits = async () => {
        for (let n = 1; n <= 20; n++) {
          const current = await reload(persistence, post.id);
          const edited = { ...current, title: `edit ${n}` };
          expect(await persistence.posts.save({ from: current, post: edited, events: [], jobs: [] }, NOW + n)).toBe(
            "saved",
          );
        }
      };
      const issues = Array.from({ length: 500 }, (_, n) => issue(`token-${n}`));
      const [issued] = await Promise.all([Promise.all(issues), edits()]);
      expect(issued.every(Boolean)).toBe(true);
      expect(await persistence.rows("video_hls_key_token")).toHaveLength(500);
      expect(await reload(persistence, post.id)).toMatchObject({ title: "edit 20", version: post.version + 20 });
    });
  });

  describe(`${name}: the gate`, () => {
    it("gives the key and counts the session once, whatever its qualities and however often it asks", async () => {
      await issue("t", { maxUses: 1 });
      const claims = claimsOf("t", "s");
      const low = onlyPart(post).keys.find((key) => key.quality === "480p")!;
      const asks = Array.from({ length: 200 }, (_, n) =>
        n % 2 === 0 ? ask(claims) : ask(claims, { keyId: low.keyId, quality: "480p" }),
      );
      expect(new Set(await Promise.all(asks))).toEqual(new Set(["key"]));
      expect(await sessions()).toBe(1);
    });

    it("lets exactly max_uses of 200 sessions in that come at once", async () => {
      await issue("t", { maxUses: 3 });
      const asks = Array.from({ length: 200 }, (_, n) => ask(claimsOf("t", `s${n}`)));
      const answers = await Promise.all(asks);
      expect(answers.filter((answer) => answer === "key")).toHaveLength(3);
      expect(answers.filter((answer) => answer === "uses-exhausted")).toHaveLength(197);
      expect(await sessions()).toBe(3);
    });

    it("lets any number in where there is no limit", async () => {
      await issue("t");
      const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => ask(claimsOf("t", `s${n}`))));
      expect(new Set(answers)).toEqual(new Set(["key"]));
      expect(await sessions()).toBe(20);
    });

    it("counts the sessions of each token apart", async () => {
      await issue("t", { maxUses: 1 });
      await issue("u", { maxUses: 1 });
      expect(await ask(claimsOf("t", "s"))).toBe("key");
      expect(await ask(claimsOf("u", "s"))).toBe("key");
    });

    it("counts nothing for a token without a row, and reads only the key", async () => {
      expect(await ask(claimsOf("never-stored", "s", { hasRow: false }))).toBe("key");
      expect(await sessions()).toBe(0);
    });

    it("takes a session in until the token's start ends, and then goes on with those that are in", async () => {
      await issue("t");
      expect(await ask(claimsOf("t", "early"), { now: START_BEFORE - 1 })).toBe("key");
      expect(await ask(claimsOf("t", "late"), { now: START_BEFORE })).toBe("token-expired");
      expect(await ask(claimsOf("t", "early"), { now: START_BEFORE + 1000 })).toBe("key");
    });

    it("gives a replaced key until its grace ends, to sessions old and new, and no longer", async () => {
      await issue("t");
      expect(await ask(claimsOf("t", "before"))).toBe("key");
      await rotate();
      expect(await ask(claimsOf("t", "before"), { now: NOW + GRACE_MS - 1 })).toBe("key");
      expect(await ask(claimsOf("t", "after"), { now: NOW + GRACE_MS - 1 })).toBe("key");
      expect(await ask(claimsOf("t", "before"), { now: NOW + GRACE_MS })).toBe("key-superseded");
      expect(await ask(claimsOf("t", "too-late"), { now: NOW + GRACE_MS })).toBe("key-superseded");
      expect(await sessions()).toBe(2);
    });

    it("gives the new key to tokens of the new version", async () => {
      await rotate();
      const rotated = keyIn(await reload(persistence, post.id), 2);
      await issue("t", { keyVersion: 2 });
      expect(await ask(claimsOf("t", "s", { keyVersion: 2 }), { keyId: rotated.keyId })).toBe("key");
      expect(await ask(claimsOf("t", "s", { keyVersion: 2 }))).toBe("key-unknown");
      expect(await ask(claimsOf("t", "s"), { keyId: rotated.keyId })).toBe("key-unknown");
    });

    const refusals: [string, GateRefusal, () => Promise<string>][] = [
      ["a token that was never stored", "token-unknown", () => ask(claimsOf("nobody's", "s"))],
      ["a key that does not exist", "key-unknown", () => ask(claimsOf("t", "s"), { keyId: "none" })],
      ["a quality that the token lacks", "quality-not-allowed", () => ask(claimsOf("t", "s", { qualities: ["480p"] }))],
      ["a key beside the wrong quality", "key-unknown", () => ask(claimsOf("t", "s"), { quality: "480p" })],
      ["a key version that the token is not for", "key-unknown", () => ask(claimsOf("t", "s", { keyVersion: 2 }))],
      ["another file index of the same post", "key-unknown", () => ask(claimsOf("t", "s", { fileIndex: 1 }))],
      ["another post", "key-unknown", () => ask(claimsOf("t", "s", { videoPostId: "other" }))],
      ["a session that comes too late", "token-expired", () => ask(claimsOf("t", "s"), { now: START_BEFORE })],
      [
        "a token without a row, for another post",
        "key-unknown",
        () => ask(claimsOf("x", "s", { hasRow: false, videoPostId: "o" })),
      ],
    ];
    it.each(refusals)("refuses %s (%s) and counts nothing", async (_, reason, attempt) => {
      await issue("t");
      expect(await attempt()).toBe(reason);
      expect(await sessions()).toBe(0);
    });

    it("refuses the key of another post's part to a token that is genuine", async () => {
      const mine = post;
      const other = await publishPost(persistence);
      await issue("t");
      expect(await ask(claimsOf("t", "s"), { keyId: keyIn(other).keyId })).toBe("key-unknown");
      // Claims that name the other post do not help either: the token's row is for its own part.
      expect(await ask(claimsOf("t", "s", { videoPostId: other.id }), { keyId: keyIn(other).keyId })).toBe(
        "key-unknown",
      );
      expect(await sessions()).toBe(0);
      expect(await ask(claimsOf("t", "s"), { keyId: keyIn(mine).keyId })).toBe("key");
    });

    it("refuses a key that is staged for an encryption that is under way", async () => {
      await issue("t");
      const part = onlyPart(post);
      const staged = { ...part.keys[0]!, keyId: "staged", keyVersion: 2, quality: "1080p", status: "STAGED" } as const;
      const files = [{ ...part, keys: [...part.keys, staged] }];
      await persistence.posts.save({ from: post, post: { ...post, files }, events: [], jobs: [] }, NOW);
      expect(await ask(claimsOf("t", "s", { keyVersion: 2 }), { keyId: "staged" })).toBe("key-unknown");
      expect(await ask(claimsOf("x", "s", { keyVersion: 2, hasRow: false }), { keyId: "staged" })).toBe("key-unknown");
      expect(await sessions()).toBe(0);
    });

    it("refuses every key of a post that was deleted, to sessions that are in as well", async () => {
      await issue("t");
      expect(await ask(claimsOf("t", "s"))).toBe("key");
      await revoke();
      expect(await ask(claimsOf("t", "s"))).toBe("key-superseded");
      expect(await ask(claimsOf("t", "another"))).toBe("key-superseded");
      expect(await ask(claimsOf("x", "s", { hasRow: false }))).toBe("key-superseded");
      expect(await sessions()).toBe(1);
    });
  });

  describe(`${name}: tokens whose time is over`, () => {
    it("are deleted after their sessions, a bounded number of rows at a time, and the others stay", async () => {
      for (const n of [1, 2, 3]) await issue(`old-${n}`, { deleteAfter: NOW + n });
      await issue("live", { deleteAfter: NOW + 10 });
      for (const tokenId of ["old-1", "old-2", "old-3", "live"]) expect(await ask(claimsOf(tokenId, "s"))).toBe("key");
      expect(await ask(claimsOf("old-1", "another"))).toBe("key");
      const left = async (table: string) => (await persistence.rows(table)).length;
      const steps: unknown[] = [];
      for (let complete = false; !complete; ) {
        const deleted = await persistence.tokens.deleteExpired(NOW + (steps.length === 0 ? 1 : 10), 2);
        steps.push([deleted, await left("video_hls_token_session"), await left("video_hls_key_token")]);
        complete = deleted.complete && steps.length > 1;
      }
      expect(steps).toEqual([
        [{ tokens: 0, complete: true }, 5, 4],
        [{ tokens: 1, complete: false }, 3, 3],
        [{ tokens: 2, complete: false }, 1, 1],
        [{ tokens: 0, complete: true }, 1, 1],
      ]);
      expect(await persistence.rows("video_hls_key_token")).toMatchObject([{ token_id: "live" }]);
      expect(await persistence.rows("video_hls_token_session")).toMatchObject([{ token_id: "live", session_id: "s" }]);
      expect(await ask(claimsOf("live", "s"), { now: NOW + 10 })).toBe("key");
      expect(await ask(claimsOf("old-1", "s"))).toBe("token-unknown");
    });
  });
}
