import { uploadPrefix } from "../../../shared/domain/part/object-keys.ts";
import type { Upload } from "../../../shared/domain/uploads/upload.ts";
import { planParts } from "../../../shared/domain/uploads/upload-parts.ts";
import { secretId } from "../../../shared/lib/random-id.ts";
import { answer } from "../../api/answer.ts";
import * as define from "../../api/definitions/posts/uploads.ts";
import { type Route, route } from "../../api/route.ts";
import type { Context } from "../../context.ts";
import { refused } from "../../http/refusal.ts";
import { s3Settings } from "../../settings/s3-settings.ts";
import { joinParts } from "../../uploads/join-parts.ts";
import {
  type MultipartUpload,
  PART_ADDRESS_SECONDS,
  partAddresses,
  uploadObjectKey,
} from "../../uploads/part-addresses.ts";
import { removeUpload } from "../../uploads/remove-uploads.ts";
import { eventTimes } from "../../webhooks/event-times.ts";
import { queueSoon } from "../../webhooks/queue-soon.ts";

type Deps = Pick<Context, "uploads" | "webhookDeliveries" | "env" | "settings" | "now">;

/** Addresses in one answer. */
const FIRST_PARTS = 100;

const NOT_CONFIGURED = "Set S3_ENDPOINT, SOURCE_BUCKET, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY, or upload with tus.";

/** `/api/v2/uploads/multipart`: the client sends the parts of a large file to R2 itself. */
export const multipartUploadRoutes: readonly Route<Deps>[] = [
  route(define.createMultipartUpload, {
    asked: ({ body: { size, fileName } }) => ({ details: { size, fileName } }),
    handle: async (deps: Deps, { body, caller }) => {
      const { uploads, env, settings, now } = deps;
      const s3 = s3Settings(settings);
      if (s3 === null) return refused("not-configured", NOT_CONFIGURED);
      const { size, fileName, sha256 } = body;
      if (size > settings.MAX_UPLOAD_BYTES)
        return refused("invalid", `size: the largest upload is ${settings.MAX_UPLOAD_BYTES} bytes`);
      const plan = planParts(size, body.partSize);
      if (plan.kind === "invalid") return refused("invalid", plan.detail);
      const uploadId = secretId();
      const tempPath = uploadPrefix(uploadId);
      const multipart = await env.SOURCE.createMultipartUpload(uploadObjectKey({ tempPath }));
      const upload: MultipartUpload = {
        ...{ uploadId, owner: caller.id, size, offset: 0, tempPath, state: "OPEN" },
        metadata: { filename: fileName, ...(sha256 === null ? {} : { sha256 }) },
        ...{ createdAt: now(), expiresAt: now() + settings.UPLOAD_LIFE_SECONDS * 1000 },
        ...{ tokenId: null, maxDurationSeconds: null, multipartId: multipart.uploadId, partSize: plan.partSize },
      };
      await uploads.open(upload);
      const first = Array.from({ length: Math.min(FIRST_PARTS, plan.count) }, (_, index) => index + 1);
      const parts = await partAddresses(s3, upload, first, now());
      const created = { uploadId, partSize: plan.partSize, partCount: plan.count, parts, ...times(upload, now()) };
      return answer(201, created, { details: { uploadId } });
    },
  }),

  route(define.createPartAddresses, {
    asked: ({ params: { uploadId } }) => ({ details: { uploadId } }),
    handle: async (deps: Deps, { params: { uploadId }, body: { partNumbers }, caller }) => {
      const { uploads, settings, now } = deps;
      const s3 = s3Settings(settings);
      if (s3 === null) return refused("not-configured", NOT_CONFIGURED);
      const upload = multipartOf(await uploads.find({ uploadId, owner: caller.id }));
      if (upload === null) return refused("not-found");
      const refusal = openRefusal(upload, now());
      if (refusal !== null) return refusal;
      const count = Math.ceil(upload.size / upload.partSize);
      const beyond = partNumbers.find((number) => number > count);
      if (beyond !== undefined) return refused("invalid", `partNumbers: the upload has ${count} parts, not ${beyond}`);
      return answer(200, { parts: await partAddresses(s3, upload, partNumbers, now()), ...times(upload, now()) });
    },
  }),

  route(define.completeMultipartUpload, {
    asked: ({ params: { uploadId } }) => ({ details: { uploadId } }),
    handle: async (deps: Deps, { params: { uploadId }, body: { parts }, caller, execution }) => {
      const { uploads, env, settings, now } = deps;
      const ref = { uploadId, owner: caller.id };
      const upload = multipartOf(await uploads.find(ref));
      if (upload === null) return refused("not-found");
      // Also the answer to a repetition.
      if (upload.state === "COMPLETE") return answer(200, shown(upload, upload.expiresAt));
      const refusal = openRefusal(upload, now());
      if (refusal !== null) return refusal;
      const joined = await joinParts(env.SOURCE, upload, parts);
      if (joined.kind === "invalid") return refused("invalid", joined.detail);
      if (joined.kind === "wrong-size") {
        await removeUpload({ uploads, source: env.SOURCE }, uploadId);
        const sizes = `The object has ${joined.bytes} bytes, not ${upload.size}.`;
        return refused("invalid", `${sizes} The upload was deleted: create another one.`);
      }
      const expiresAt = now() + settings.UPLOAD_LIFE_SECONDS * 1000;
      if (await uploads.completeObject({ ...ref, ...eventTimes(deps), expiresAt })) {
        queueSoon(deps, execution);
        return answer(200, shown(upload, expiresAt));
      }
      const current = await uploads.find(ref);
      if (current?.state === "COMPLETE") return answer(200, shown(upload, current.expiresAt));
      // The removal of the upload may have missed the object, which was stored at the same time.
      await env.SOURCE.delete(uploadObjectKey(upload));
      return refused("wrong-state", "The upload was aborted or has expired. Create another one.");
    },
  }),

  route(define.abortMultipartUpload, {
    asked: ({ params: { uploadId } }) => ({ details: { uploadId } }),
    handle: async ({ uploads, env }: Deps, { params: { uploadId }, caller }) => {
      const upload = multipartOf(await uploads.find({ uploadId, owner: caller.id }));
      if (upload === null) return refused("not-found");
      if (await removeUpload({ uploads, source: env.SOURCE }, uploadId)) return answer(204, null);
      return refused("wrong-state", "A video post is made of this upload");
    },
  }),
];

function multipartOf(upload: Upload | null): MultipartUpload | null {
  if (upload === null) return null;
  const { multipartId, partSize, size } = upload;
  return multipartId === null || partSize === null || size === null ? null : { ...upload, multipartId, partSize, size };
}

function openRefusal({ state, expiresAt }: Upload, now: number) {
  if (state === "COMPLETE") return refused("wrong-state", "The upload is complete.");
  return expiresAt <= now ? refused("wrong-state", "The upload has expired. Create another one.") : null;
}

function times({ expiresAt }: Upload, now: number) {
  return {
    urlsExpireAt: new Date(now + PART_ADDRESS_SECONDS * 1000).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
  };
}

function shown({ uploadId, size }: MultipartUpload, expiresAt: number) {
  return { uploadId, size, state: "COMPLETE" as const, expiresAt: new Date(expiresAt).toISOString() };
}
