import { uploadPrefix } from "../../../shared/domain/part/object-keys.ts";
import { PART_LIMITS } from "../../../shared/domain/uploads/upload-parts.ts";
import { secretId } from "../../../shared/lib/random-id.ts";
import { answer } from "../../api/answer.ts";
import * as define from "../../api/definitions/posts/uploads.ts";
import { type Route, route } from "../../api/route.ts";
import type { Context } from "../../context.ts";
import { refused } from "../../http/refusal.ts";
import { uploadObjectKey } from "../../uploads/part-addresses.ts";
import { putChunk } from "../../uploads/upload-chunks.ts";
import { eventTimes } from "../../webhooks/event-times.ts";
import { queueSoon } from "../../webhooks/queue-soon.ts";

type Deps = Pick<Context, "uploads" | "webhookDeliveries" | "env" | "settings" | "now">;

/** `/api/v2/uploads/copy`: an object of a bucket that holds nothing but files to be published. */
export const copiedUploadRoutes: readonly Route<Deps>[] = [
  route(define.copyUpload, {
    asked: ({ body: { key } }) => ({ details: { key } }),
    handle: async (deps: Deps, { body: { key, sha256 }, caller, execution }) => {
      const { uploads, env, settings } = deps;
      if (env.INCOMING === undefined) return refused("not-configured", "Bind a bucket as INCOMING in wrangler.toml.");
      const found = await env.INCOMING.get(key);
      if (found === null) return refused("invalid", "key: the bucket INCOMING has no such object");
      const { size, body } = found;
      const tooLarge = refusalOf(size, settings.MAX_UPLOAD_BYTES);
      if (tooLarge !== null) {
        await body.cancel();
        return refused("invalid", tooLarge);
      }
      const uploadId = secretId();
      const tempPath = uploadPrefix(uploadId);
      if (!(await putChunk(env.SOURCE, uploadObjectKey({ tempPath }), body, size)))
        throw new Error("the key of a new upload is taken");
      const { now, firstAttemptAt } = eventTimes(deps);
      const expiresAt = now + settings.UPLOAD_LIFE_SECONDS * 1000;
      const upload = {
        ...{ uploadId, owner: caller.id, size, offset: size, tempPath, state: "COMPLETE" as const },
        ...{ metadata: sha256 === null ? {} : { sha256 }, createdAt: now, expiresAt },
        ...{ tokenId: null, maxDurationSeconds: null, multipartId: null, partSize: null },
      };
      await uploads.openComplete(upload, firstAttemptAt);
      queueSoon(deps, execution);
      const copied = { uploadId, size, state: "COMPLETE", expiresAt: new Date(expiresAt).toISOString() } as const;
      return answer(201, copied, { details: { uploadId, size } });
    },
  }),
];

function refusalOf(size: number, largestUpload: number): string | null {
  if (size === 0) return "key: the object is empty";
  if (size > largestUpload) return `key: the object has ${size} bytes, the largest upload is ${largestUpload}`;
  if (size <= PART_LIMITS.largestBytes) return null;
  return `key: the object has ${size} bytes, a copy at most ${PART_LIMITS.largestBytes}. Use a sourceUrl or a multipart upload.`;
}
