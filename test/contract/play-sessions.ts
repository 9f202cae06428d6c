import { beforeEach, describe, expect, it } from "vitest";
import { deleteVideoPost } from "../../shared/application/commands/edit-video-post.ts";
import { endPlaySession } from "../../shared/application/commands/end-play-session.ts";
import type { VideoPost } from "../../shared/domain/video-post.ts";
import type { PlaybackClaims } from "../../shared/playback-token/claims.ts";
import { dump, type OpenPersistence, type TestPersistence } from "./persistence.ts";
import { askForJob, encrypt, NOW, publishPost } from "./steps.ts";
import { askKey, issueTo, refresh, SESSION_MS, START_BEFORE, sessionOf } from "./viewing-sessions.ts";

const GRACE_MS = 60_000;
const MINUTE = 60_000;

export function describePlaySessions(name: string, open: OpenPersistence): void {
  describe(`${name}: play sessions`, () => {
    let persistence: TestPersistence;
    let post: VideoPost;
    let claims: PlaybackClaims;
    beforeEach(async () => {
      persistence = await open();
      post = await publishPost(persistence);
      await issueTo(persistence, post, "t");
      claims = sessionOf(post, "t", "s", { limited: false });
    });

    const ask = (of: PlaybackClaims, now = NOW) => askKey(persistence, post, of, now);
    const end = (of: PlaybackClaims, now = NOW) => endPlaySession(persistence.sessions, of, now);
    const sessionRow = async () => (await persistence.rows("video_hls_token_session"))[0];
    const tokenRow = async () => (await persistence.rows("video_hls_key_token"))[0];
    const rotate = async () => {
      await askForJob(persistence, post.id, "ENCRYPT");
      await encrypt(persistence, NOW, GRACE_MS);
    };

    describe("the refresh of a session", () => {
      it("moves its end and that of its token's row, and the gate goes on with it as the same session", async () => {
        await issueTo(persistence, post, "once", { maxUses: 1 });
        const once = sessionOf(post, "once", "s", { limited: false });
        expect(await ask(once)).toBe("key");
        expect(await sessionRow()).toMatchObject({ expires_at: NOW + SESSION_MS, ended_at: null });
        const refreshed = (await refresh(persistence, once, NOW + 30 * MINUTE)) as PlaybackClaims;
        const moved = NOW + 30 * MINUTE + SESSION_MS;
        expect(refreshed).toEqual({ ...once, issuedAt: NOW / 1000 + 1800, expiresAt: moved / 1000 });
        expect(await sessionRow()).toMatchObject({ session_id: "s", expires_at: moved });
        expect(await ask(refreshed, NOW + SESSION_MS + MINUTE)).toBe("key");
        expect(await persistence.rows("video_hls_token_session")).toHaveLength(1);
        const late = NOW + SESSION_MS + MINUTE;
        expect(await persistence.tokens.deleteExpired(late, 10)).toEqual({ tokens: 1, complete: true });
        expect(await persistence.rows("video_hls_key_token")).toMatchObject([
          { token_id: "once", delete_after: moved },
        ]);
      });

      it("never moves an end back, and none further than the longest life from its first start", async () => {
        await ask(claims);
        await refresh(persistence, claims, NOW + 30 * MINUTE);
        const written = await dump(persistence);
        // An older token of the same session, on a Worker whose clock is behind.
        expect(await refresh(persistence, claims, NOW + 20 * MINUTE)).toMatchObject({ sessionId: "s" });
        expect(await dump(persistence)).toEqual(written);
        const bounded = (await refresh(persistence, claims, NOW + 50 * MINUTE, 5400)) as PlaybackClaims;
        expect(bounded.expiresAt).toBe(NOW / 1000 + 5400);
        expect(await refresh(persistence, bounded, NOW + 80 * MINUTE, 5400)).toMatchObject({
          expiresAt: NOW / 1000 + 5400,
        });
        expect(await refresh(persistence, bounded, NOW + 90 * MINUTE, 5400)).toBe("token-expired");
      });

      it("asks nothing of a token without a row but its key version, and writes nothing", async () => {
        const free = sessionOf(post, "never-stored", "s", { hasRow: false, limited: false });
        const before = await dump(persistence);
        expect(await refresh(persistence, free, NOW + MINUTE)).toMatchObject({ sessionId: "s", hasRow: false });
        expect(await dump(persistence)).toEqual(before);
        await deleteVideoPost(persistence.posts, post.id, NOW);
        expect(await refresh(persistence, free, NOW + MINUTE)).toBe("key-superseded");
      });

      it("of a session that has asked for no key yet counts nothing, and it still must begin in time", async () => {
        expect(await refresh(persistence, claims, NOW + MINUTE)).toMatchObject({ sessionId: "s" });
        expect(await persistence.rows("video_hls_token_session")).toEqual([]);
        expect(await tokenRow()).toMatchObject({ delete_after: NOW + MINUTE + SESSION_MS });
        expect(await ask(claims, START_BEFORE)).toBe("token-expired");
      });

      it("goes on while replaced keys are still given out, and ends with them", async () => {
        await ask(claims);
        await rotate();
        expect(await refresh(persistence, claims, NOW + GRACE_MS - 1)).toMatchObject({ keyVersion: 1 });
        expect(await refresh(persistence, claims, NOW + GRACE_MS)).toBe("key-superseded");
      });

      const refusals: [string, string, () => Promise<unknown>, () => PlaybackClaims][] = [
        ["of a token that nobody stored", "token-unknown", async () => {}, () => ({ ...claims, tokenId: "nobody's" })],
        [
          "of a token that was revoked",
          "token-revoked",
          () => persistence.tokens.revoke({ kind: "token", tokenId: "t" }, 1),
          () => claims,
        ],
        ["of a session that was ended", "session-ended", () => end(claims), () => claims],
        [
          "of a post that was deleted",
          "key-superseded",
          () => deleteVideoPost(persistence.posts, post.id, NOW),
          () => claims,
        ],
        ["for a key version that is not there", "key-superseded", async () => {}, () => ({ ...claims, keyVersion: 2 })],
        ["for another part", "key-superseded", async () => {}, () => ({ ...claims, fileIndex: 1 })],
        ["of an issued token", "not-a-session", async () => {}, () => ({ ...claims, kind: "issued" })],
        [
          "of a session that is over, by a second or less",
          "token-expired",
          async () => {},
          () => ({ ...claims, expiresAt: NOW / 1000 + 60 }),
        ],
      ];
      it.each(refusals)("is refused %s (%s), and writes nothing", async (_, reason, happen, of) => {
        await ask(claims);
        await happen();
        const before = await dump(persistence);
        expect(await refresh(persistence, of(), NOW + MINUTE)).toBe(reason);
        expect(await dump(persistence)).toEqual(before);
      });
    });

    describe("the end of a session before its time", () => {
      it("is the end of its keys and of nobody else's, once", async () => {
        const other = sessionOf(post, "t", "other", { limited: false });
        expect([await ask(claims), await ask(other)]).toEqual(["key", "key"]);
        expect(await end(claims, NOW + 1)).toBe("ended");
        expect(await end(claims, NOW + 2)).toBe("nothing-to-end");
        expect(await sessionRow()).toMatchObject({ session_id: "other", ended_at: null });
        expect((await persistence.rows("video_hls_token_session"))[1]).toMatchObject({ ended_at: NOW + 1 });
        expect([await ask(claims, NOW + 3), await ask(other, NOW + 3)]).toEqual(["session-ended", "key"]);
      });

      it("does not give its use back", async () => {
        await issueTo(persistence, post, "once", { maxUses: 1 });
        const once = sessionOf(post, "once", "s", { limited: false });
        expect(await ask(once)).toBe("key");
        await end(once);
        expect(await ask(sessionOf(post, "once", "again", { limited: false }))).toBe("uses-exhausted");
      });

      it("is nothing for a session that was never counted, and for a token without a row", async () => {
        expect(await end(claims)).toBe("nothing-to-end");
        expect(await end({ ...claims, kind: "issued" })).toBe("not-a-session");
        expect(await end(sessionOf(post, "never-stored", "s", { hasRow: false }))).toBe("nothing-to-end");
        expect(await persistence.rows("video_hls_token_session")).toEqual([]);
      });

      it("counts before what has become of the key", async () => {
        await ask(claims);
        await end(claims);
        await deleteVideoPost(persistence.posts, post.id, NOW);
        expect(await ask(claims)).toBe("session-ended");
      });
    });
  });
}
