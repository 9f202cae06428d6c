import { getVideoHlsEncryptKey } from "../../../shared/application/queries/content-keys.ts";
import { CONTENT_KEY_BYTES } from "../../../shared/key-vault/key-vault.ts";
import { answer, type File } from "../../api/answer.ts";
import * as define from "../../api/definitions/admin/keys.ts";
import { type Route, route } from "../../api/route.ts";
import type { Context } from "../../context.ts";
import { refused } from "../../http/refusal.ts";

type Deps = Pick<Context, "contentKeys" | "vault">;

/**
 * `GET /admin/video/enc/key`: the 16 bytes of a quality and version in any state, by API key and without a token, for
 * holders of the ciphertext. The audit log records the read before the key is sent.
 */
export const adminKeyRoutes: readonly Route<Deps>[] = [
  route(define.readContentKey, {
    asked: ({ query: { videoPostId, fileIndex, quality, keyVersion } }) => ({
      videoPostId,
      fileIndex,
      details: { quality, keyVersion },
    }),
    handle: async (deps: Deps, { query }) => {
      const key = await getVideoHlsEncryptKey(deps, query);
      if (key === null) return refused("not-found");
      const file: File = {
        kind: "file",
        contentType: "application/octet-stream",
        bytes: CONTENT_KEY_BYTES,
        open: () => key.bytes,
      };
      return answer(200, file, { details: { keyStatus: key.status } });
    },
  }),
];
