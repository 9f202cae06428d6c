import { beforeEach, describe, expect, it } from "vitest";
import { UPLOAD_LIFE_MS, type Upload } from "../../shared/domain/uploads/upload.ts";
import type { UploadToken } from "../../shared/domain/uploads/upload-token.ts";
import { uuidV7 } from "../../shared/lib/random-id.ts";
import type { OpenPersistence, TestPersistence } from "./persistence.ts";
import { NOW } from "./steps.ts";

const EXPIRY = NOW + 60_000;

function tokenOf(tokenId: string): UploadToken {
  return {
    ...{ tokenId, owner: "api-key:site", maxBytes: 1000, maxDurationSeconds: null, corsOrigin: null, createdAt: NOW },
    postDefaults: { title: "", authorId: null, autoPublish: false, metadata: {}, passthrough: null } as never,
    ...{ expiresAt: EXPIRY, uploadId: null, videoPostId: null, revokedAt: null, postCreatedAt: null, endedAt: null },
  };
}

function uploadOf({ tokenId, owner }: UploadToken): Upload {
  return {
    ...{ uploadId: `u-${tokenId}`, owner, size: 100, offset: 0, tempPath: "uploads/u/", state: "OPEN", metadata: {} },
    ...{ expiresAt: EXPIRY + UPLOAD_LIFE_MS, createdAt: NOW, tokenId },
    ...{ maxDurationSeconds: null, multipartId: null, partSize: null },
  };
}

export function describeEndingUploadTokens(name: string, open: OpenPersistence): void {
  describe(`${name}: an upload token that expires`, () => {
    let persistence: TestPersistence;
    beforeEach(async () => {
      persistence = await open();
    });

    it("has an upload or ends, where both are tried at once", async () => {
      const { uploadTokens } = persistence;
      const tokens = Array.from({ length: 20 }, () => tokenOf(uuidV7(NOW)));
      for (const token of tokens) await uploadTokens.create(token);
      const openUpload = (token: UploadToken) =>
        uploadTokens.openUpload({ tokenId: token.tokenId, upload: uploadOf(token), now: EXPIRY - 1 });
      const end = () => uploadTokens.endExpired({ now: EXPIRY, firstAttemptAt: EXPIRY }, 100);
      const [opened] = await Promise.all([Promise.all(tokens.map(openUpload)), end(), end()]);
      const live = await Promise.all(
        tokens.map(async ({ tokenId }) => (await uploadTokens.find(tokenId))?.endedAt === null),
      );
      expect(live).toEqual(opened);
    });
  });
}
