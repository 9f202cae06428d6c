import { beforeEach, describe, expect, it } from "vitest";
import { endPlaySession } from "../../shared/application/commands/end-play-session.ts";
import type { SessionLimit } from "../../shared/domain/play-session.ts";
import type { VideoPost } from "../../shared/domain/video-post.ts";
import type { OpenPersistence, TestPersistence } from "./persistence.ts";
import { NOW, publishPost } from "./steps.ts";
import { askKey, issueTo, refresh, SESSION_MS, sessionOf } from "./viewing-sessions.ts";

const REFUSE_4TH: SessionLimit = { atMost: 3, overflow: "REFUSE" };
const END_FOR_4TH: SessionLimit = { atMost: 3, overflow: "END_OLDEST" };

export function describeSessionLimits(name: string, open: OpenPersistence): void {
  describe(`${name}: limits of play sessions`, () => {
    let persistence: TestPersistence;
    let post: VideoPost;
    beforeEach(async () => {
      persistence = await open();
      post = await publishPost(persistence);
    });

    const issue = (tokenId: string, sessionLimit: SessionLimit | null, more = {}) =>
      issueTo(persistence, post, tokenId, { sessionLimit, ...more });
    const ask = (tokenId: string, sessionId: string, now = NOW) =>
      askKey(persistence, post, sessionOf(post, tokenId, sessionId), now);
    /** Asks for each in its turn, a second apart. */
    const askAll = async (tokenId: string, sessionIds: readonly string[]) => {
      const answers = [];
      for (const [n, sessionId] of sessionIds.entries()) answers.push(await ask(tokenId, sessionId, NOW + n * 1000));
      return answers;
    };
    const rows = () => persistence.rows("video_hls_token_session");
    const liveIds = async () => (await rows()).filter((row) => row.ended_at === null).map((row) => row.session_id);

    describe("a limit of sessions that refuses", () => {
      it("lets exactly as many of 200 in that come at once", async () => {
        await issue("t", REFUSE_4TH);
        const answers = await Promise.all(Array.from({ length: 200 }, (_, n) => ask("t", `s${n}`)));
        expect(answers.filter((answer) => answer === "key")).toHaveLength(3);
        expect(answers.filter((answer) => answer === "session-limit")).toHaveLength(197);
        expect(await rows()).toHaveLength(3);
      });

      it("goes on with those that are in", async () => {
        await issue("t", REFUSE_4TH);
        expect(await askAll("t", ["a", "b", "c", "d", "a", "c"])).toEqual([
          "key",
          "key",
          "key",
          "session-limit",
          "key",
          "key",
        ]);
      });

      it("counts over all tokens and posts of the viewer, and nobody else's", async () => {
        const other = await publishPost(persistence);
        await issue("t", REFUSE_4TH);
        await issue("u", REFUSE_4TH);
        await issueTo(persistence, other, "elsewhere", { sessionLimit: REFUSE_4TH });
        await issue("theirs", REFUSE_4TH, { viewer: "viewer-10" });
        expect(await ask("t", "a")).toBe("key");
        expect(await ask("u", "a")).toBe("key");
        expect(await askKey(persistence, other, sessionOf(other, "elsewhere", "a"))).toBe("key");
        expect(await ask("t", "b")).toBe("session-limit");
        expect(await askKey(persistence, other, sessionOf(other, "elsewhere", "b"))).toBe("session-limit");
        expect(await ask("theirs", "a")).toBe("key");
      });

      it("neither counts nor refuses sessions of tokens without a limit, and keeps no viewer for them", async () => {
        await issue("free", null);
        await issue("t", { atMost: 1, overflow: "REFUSE" });
        const free = (sessionId: string) =>
          askKey(persistence, post, sessionOf(post, "free", sessionId, { limited: false }));
        expect([await free("a"), await ask("t", "a"), await free("b")]).toEqual(["key", "key", "key"]);
        expect((await rows()).map((row) => [row.token_id, row.viewer])).toEqual([
          ["free", null],
          ["free", null],
          ["t", "viewer-1"],
        ]);
      });

      it("has room again when a session was ended, has run out, or its token was revoked", async () => {
        await issue("t", REFUSE_4TH);
        await issue("gone", REFUSE_4TH);
        const short = sessionOf(post, "t", "short", { expiresAt: NOW / 1000 + 60 });
        expect([await ask("gone", "a"), await ask("t", "b"), await askKey(persistence, post, short)]).toEqual(
          Array(3).fill("key"),
        );
        expect(await ask("t", "c")).toBe("session-limit");
        await endPlaySession(persistence.sessions, sessionOf(post, "t", "b"), NOW);
        expect(await ask("t", "c")).toBe("key");
        expect(await ask("t", "d")).toBe("session-limit");
        await persistence.tokens.revoke({ kind: "token", tokenId: "gone" }, 1);
        expect(await ask("t", "d")).toBe("key");
        expect(await ask("t", "e", NOW + 59_999)).toBe("session-limit");
        expect(await ask("t", "e", NOW + 60_000)).toBe("key");
      });

      it("has no room for another while a session is refreshed, and does not count it twice", async () => {
        await issue("t", { atMost: 2, overflow: "REFUSE" });
        expect(await askAll("t", ["a", "b"])).toEqual(["key", "key"]);
        const refreshed = await refresh(persistence, sessionOf(post, "t", "a"), NOW + SESSION_MS - 1000);
        await issue("later", { atMost: 2, overflow: "REFUSE" }, { startBefore: NOW + 2 * SESSION_MS });
        // By then b has run out, and a would have.
        const late = NOW + SESSION_MS + 10_000;
        const later = (sessionId: string) =>
          askKey(persistence, post, sessionOf(post, "later", sessionId, { expiresAt: late / 1000 + 60 }), late);
        expect(await later("c")).toBe("key");
        expect(await later("d")).toBe("session-limit");
        expect(refreshed).toMatchObject({ sessionId: "a", expiresAt: (NOW + 2 * SESSION_MS - 1000) / 1000 });
      });

      it("takes no use for a session that it refuses, and tells the limit from uses that are spent", async () => {
        await issue("t", { atMost: 1, overflow: "REFUSE" }, { maxUses: 2 });
        expect(await askAll("t", ["a", "b", "b"])).toEqual(["key", "session-limit", "session-limit"]);
        await endPlaySession(persistence.sessions, sessionOf(post, "t", "a"), NOW);
        expect(await askAll("t", ["b", "c"])).toEqual(["key", "uses-exhausted"]);
      });
    });

    describe("a limit of sessions that ends the oldest", () => {
      it("gives all of 200 that come at once a key, and leaves exactly as many alive", async () => {
        await issue("t", END_FOR_4TH);
        const ids = Array.from({ length: 200 }, (_, n) => `s${n}`);
        const first = await Promise.all(ids.map((sessionId) => ask("t", sessionId)));
        expect(new Set(first)).toEqual(new Set(["key"]));
        expect(await liveIds()).toHaveLength(3);
        const again = await Promise.all(ids.map((sessionId) => ask("t", sessionId, NOW + 1)));
        expect(again.filter((answer) => answer === "key")).toHaveLength(3);
        expect(again.filter((answer) => answer === "session-ended")).toHaveLength(197);
        expect(await rows()).toHaveLength(200);
      });

      it("ends the one that began first, whatever it has asked for since", async () => {
        await issue("t", END_FOR_4TH);
        expect(await askAll("t", ["z", "b", "a", "z", "new"])).toEqual(Array(5).fill("key"));
        expect(await liveIds()).toEqual(["a", "b", "new"]);
        expect(await ask("t", "z", NOW + 10_000)).toBe("session-ended");
        expect(await ask("t", "b", NOW + 10_000)).toBe("key");
        expect(await liveIds()).toEqual(["a", "b", "new"]);
      });

      it("keeps the new session, though another Worker's clock is ahead of its own", async () => {
        await issue("t", { atMost: 1, overflow: "END_OLDEST" });
        expect(await ask("t", "ahead", NOW + 3000)).toBe("key");
        expect(await ask("t", "behind", NOW)).toBe("key");
        expect(await liveIds()).toEqual(["behind"]);
      });

      it("ends sessions of the viewer's other tokens and posts, of nobody else, and none twice", async () => {
        const other = await publishPost(persistence);
        await issueTo(persistence, other, "elsewhere", { sessionLimit: END_FOR_4TH });
        await issue("theirs", END_FOR_4TH, { viewer: "viewer-10" });
        await issue("t", { atMost: 1, overflow: "END_OLDEST" });
        const elsewhere = sessionOf(other, "elsewhere", "a");
        expect(await askKey(persistence, other, elsewhere)).toBe("key");
        expect(await ask("theirs", "a")).toBe("key");
        expect(await ask("t", "a", NOW + 1)).toBe("key");
        expect(await ask("t", "b", NOW + 2)).toBe("key");
        expect(await askKey(persistence, other, elsewhere, NOW + 3)).toBe("session-ended");
        expect((await rows()).map((row) => [row.token_id, row.session_id, row.ended_at])).toEqual([
          ["elsewhere", "a", NOW + 1],
          ["t", "a", NOW + 2],
          ["t", "b", null],
          ["theirs", "a", null],
        ]);
      });

      it("of a token is applied when that token starts a session, and not with its later keys", async () => {
        await issue("narrow", { atMost: 1, overflow: "END_OLDEST" });
        await issue("wide", END_FOR_4TH);
        expect(await ask("narrow", "a", NOW)).toBe("key");
        expect(await ask("wide", "b", NOW + 1)).toBe("key");
        expect(await ask("narrow", "a", NOW + 2)).toBe("key");
        expect(await liveIds()).toEqual(["a", "b"]);
      });

      it("ends nothing for a session that does not come in", async () => {
        await issue("t", { atMost: 1, overflow: "END_OLDEST" }, { maxUses: 1 });
        expect(await askAll("t", ["a", "b"])).toEqual(["key", "uses-exhausted"]);
        expect(await liveIds()).toEqual(["a"]);
      });
    });
  });
}
