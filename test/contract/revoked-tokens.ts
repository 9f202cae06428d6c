import { beforeEach, describe, expect, it } from "vitest";
import type { TokenRow } from "../../shared/application/ports/token-store.ts";
import type { VideoPost } from "../../shared/domain/video-post.ts";
import { dump, type OpenPersistence, type TestPersistence } from "./persistence.ts";
import { LADDER, NOW, onlyPart, publishPost } from "./steps.ts";

export function describeRevokedTokens(name: string, open: OpenPersistence): void {
  describe(`${name}: the revocation of tokens`, () => {
    let persistence: TestPersistence;
    let post: VideoPost;
    let other: VideoPost;
    beforeEach(async () => {
      persistence = await open();
      post = await publishPost(persistence);
      other = await publishPost(persistence);
      await issue("mine-1", post, "site:7");
      await issue("mine-2", post, "site:7");
      await issue("theirs", post, "site:70");
      await issue("anybody's", post, null);
      await issue("elsewhere", other, "site:7");
    });

    const issue = async (tokenId: string, of: VideoPost, viewer: string | null) => {
      const row: TokenRow = {
        tokenId,
        fileId: onlyPart(of).id,
        keyVersion: 1,
        allowedQualities: LADDER,
        viewer,
        maxUses: 1,
        sessionLimit: null,
        startBefore: NOW + 600_000,
        deleteAfter: NOW + 3_600_000,
      };
      if (!(await persistence.tokens.issue(row, NOW))) throw new Error("the token was not issued");
    };
    const revoked = async () => {
      const rows = await persistence.rows("video_hls_key_token");
      return rows.filter((row) => row.status === "REVOKED").map((row) => row.token_id);
    };

    it("is of one token", async () => {
      expect(await persistence.tokens.revoke({ kind: "token", tokenId: "mine-1" }, 10)).toBe(1);
      expect(await revoked()).toEqual(["mine-1"]);
      expect(await persistence.tokens.revoke({ kind: "token", tokenId: "mine-1" }, 10)).toBe(0);
      expect(await persistence.tokens.revoke({ kind: "token", tokenId: "nobody's" }, 10)).toBe(0);
    });

    it("is of one viewer, by the whole name, in all posts", async () => {
      expect(await persistence.tokens.revoke({ kind: "viewer", viewer: "site:7" }, 10)).toBe(3);
      expect(await revoked()).toEqual(["elsewhere", "mine-1", "mine-2"]);
    });

    it("is of one part, whoever has the tokens", async () => {
      expect(await persistence.tokens.revoke({ kind: "file", fileId: onlyPart(post).id }, 10)).toBe(4);
      expect(await revoked()).toEqual(["anybody's", "mine-1", "mine-2", "theirs"]);
    });

    it("goes on where a full batch has ended", async () => {
      const selection = { kind: "file", fileId: onlyPart(post).id } as const;
      const counts = [];
      for (let n = 0; n < 3; n++) counts.push(await persistence.tokens.revoke(selection, 3));
      expect(counts).toEqual([3, 1, 0]);
    });

    it("writes nothing but the status of tokens", async () => {
      const before = await dump(persistence);
      await persistence.tokens.revoke({ kind: "viewer", viewer: "site:7" }, 10);
      const after = await dump(persistence);
      const restored = after.video_hls_key_token!.map((row) => ({ ...row, status: "ACTIVE" }));
      expect({ ...after, video_hls_key_token: restored }).toStrictEqual(before);
    });
  });
}
