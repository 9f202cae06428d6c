import { createUploadToken } from "../../../shared/application/commands/create-upload-token.ts";
import { allows } from "../../../shared/domain/access/scope.ts";
import { type UploadTokenWithUpload, uploadTokenState } from "../../../shared/domain/uploads/upload-token.ts";
import { answer } from "../../api/answer.ts";
import { uploadTokenCursor } from "../../api/cursor.ts";
import * as define from "../../api/definitions/posts/upload-tokens.ts";
import { type Route, route } from "../../api/route.ts";
import type { Caller } from "../../auth/caller.ts";
import type { Context } from "../../context.ts";
import { refused } from "../../http/refusal.ts";
import { removeUpload } from "../../uploads/remove-uploads.ts";
import { TOKEN_UPLOADS_PATH } from "./token-uploads.ts";

type Deps = Pick<Context, "uploadTokens" | "uploadTokenTexts" | "uploads" | "env" | "settings" | "now">;

/** `/api/v2/upload-tokens`: addresses for uploads of browsers. A token belongs to the caller who created it. */
export const uploadTokenRoutes: readonly Route<Deps>[] = [
  route(define.createUploadToken, {
    asked: ({ body: { maxBytes, maxDurationSeconds, corsOrigin } }) => ({
      details: { maxBytes, maxDurationSeconds, corsOrigin },
    }),
    handle: async (deps: Deps, { body: { uses: _, ...body }, caller, request }) => {
      const { uploadTokens, uploadTokenTexts, settings, now } = deps;
      const { authorId } = body.postDefaults;
      if (authorId !== null && authorId !== caller.id && !allows(caller.scopes, "posts:author")) {
        return refused("not-allowed", "A post of another author needs the scope posts:author.");
      }
      const postDefaults = { ...body.postDefaults, authorId: authorId ?? caller.id };
      const input = { ...body, postDefaults, owner: caller.id };
      const outcome = await createUploadToken(uploadTokens, input, settings.MAX_UPLOAD_BYTES, now());
      if (outcome.kind === "invalid") return refused("invalid", outcome.detail);
      const { token } = outcome;
      const uploadUrl = new URL(TOKEN_UPLOADS_PATH, request.url);
      uploadUrl.searchParams.set("token", await uploadTokenTexts.issue(token));
      const created = { ...shown({ ...token, upload: null }, now()), uploadUrl: uploadUrl.href };
      return answer(201, created, { details: { tokenId: token.tokenId, expiresAt: created.expiresAt } });
    },
  }),

  route(define.listUploadTokens, {
    handle: async ({ uploadTokens, now }: Deps, { query: { cursor: after = null, limit }, caller }) => {
      // One more than the page shows whether another page follows.
      const found = await uploadTokens.list({ owner: visibleOwner(caller), limit: limit + 1, after });
      const items = found.slice(0, limit);
      const last = found.length > limit ? items.at(-1) : undefined;
      const nextCursor = last === undefined ? null : uploadTokenCursor.write(last.tokenId);
      return answer(200, { items: items.map((token) => shown(token, now())), nextCursor });
    },
  }),

  route(define.getUploadToken, {
    handle: async ({ uploadTokens, now }: Deps, { params: { tokenId }, caller }) => {
      const token = await uploadTokens.find(tokenId);
      const owner = visibleOwner(caller);
      if (token === null || (owner !== null && token.owner !== owner)) return refused("not-found");
      return answer(200, shown(token, now()));
    },
  }),

  route(define.revokeUploadToken, {
    asked: ({ params: { tokenId } }) => ({ details: { tokenId } }),
    handle: async (deps: Deps, { params: { tokenId }, caller }) => {
      const { uploadTokens, uploads, env, now } = deps;
      const outcome = await uploadTokens.revoke({ tokenId, owner: visibleOwner(caller), now: now() });
      switch (outcome.kind) {
        case "revoked":
          if (outcome.uploadId !== null) await removeUpload({ uploads, source: env.SOURCE }, outcome.uploadId);
          return answer(204, null);
        case "has-post":
          return refused("wrong-state", "The upload is complete and has a post. Delete the post instead.");
        case "unknown":
          return refused("not-found");
        default:
          return outcome satisfies never;
      }
    },
  }),
];

/** Null: the tokens of everybody. */
function visibleOwner({ id, scopes }: Caller): string | null {
  return scopes.includes("admin") ? null : id;
}

function shown(token: UploadTokenWithUpload, now: number) {
  const { tokenId, maxBytes, maxDurationSeconds, corsOrigin, postDefaults, uploadId, upload } = token;
  return {
    ...{ tokenId, state: uploadTokenState(token, now), maxBytes, maxDurationSeconds, corsOrigin, uses: 1 as const },
    ...{ postDefaults, createdBy: token.owner },
    createdAt: timeOf(token.createdAt),
    expiresAt: timeOf(token.expiresAt),
    revokedAt: token.revokedAt === null ? null : timeOf(token.revokedAt),
    upload:
      uploadId === null || upload === null
        ? null
        : { uploadId, size: upload.size, offset: upload.offset, expiresAt: timeOf(upload.expiresAt) },
    videoPostId: token.postCreatedAt === null ? null : token.videoPostId,
  };
}

function timeOf(at: number): string {
  return new Date(at).toISOString();
}
