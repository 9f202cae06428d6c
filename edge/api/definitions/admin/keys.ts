import * as z from "zod";
import {
  keysAtRestSchema,
  rewrapRequestSchema,
  rewrapViewSchema,
} from "../../../../shared/application/protocols/rewrap-protocol.ts";
import { defineRoute } from "../../definition.ts";
import { fileIndex, quality, videoPostId, wholeNumber } from "../shapes.ts";

const ROTATE = { kind: "scope", scope: "keys:rotate" } as const;
const TAG = "Keys and rotation";

export const rotateKeys = defineRoute({
  method: "POST",
  path: "/admin/video/enc/rotate",
  operationId: "rotateKeys",
  tag: TAG,
  summary: "Rotates one part, or all parts of a post",
  access: ROTATE,
  audit: "keys.rotate",
  body: z.strictObject({ videoPostId, fileIndex: fileIndex.optional() }),
  responses: {
    202: {
      description: "What became of each part",
      schema: z.object({
        videoPostId: z.string(),
        files: z.array(
          z.discriminatedUnion("outcome", [
            z.object({ fileIndex, outcome: z.enum(["queued", "already-queued"]), jobId: z.string() }),
            z.object({ fileIndex, outcome: z.enum(["not-playing", "no-clear-renditions"]) }),
          ]),
        ),
      }),
    },
  },
  problems: ["not-found", "deleted", "conflict", "wrong-state", "invalid"],
});

export const countWrappedKeys = defineRoute({
  method: "GET",
  path: "/admin/video/enc/rewrap",
  operationId: "countWrappedKeys",
  tag: TAG,
  summary: "Counts what is wrapped under each key-encryption key",
  access: ROTATE,
  responses: { 200: { description: "Counts by key-encryption key", schema: keysAtRestSchema } },
  problems: [],
});

export const rewrapKeys = defineRoute({
  method: "POST",
  path: "/admin/video/enc/rewrap",
  operationId: "rewrapKeys",
  tag: TAG,
  summary: "Re-wraps one page of keys under the current key-encryption key",
  access: ROTATE,
  audit: "keys.rewrap",
  body: rewrapRequestSchema,
  responses: { 200: { description: "What was done, and where the next page starts", schema: rewrapViewSchema } },
  problems: ["invalid", "wrong-state"],
});

export const readContentKey = defineRoute({
  method: "GET",
  path: "/admin/video/enc/key",
  operationId: "readContentKey",
  tag: TAG,
  summary: "Returns the 16 bytes of a content key in any state; the read is recorded before the key is sent",
  access: { kind: "scope", scope: "keys:read" },
  audit: "key.read",
  query: z.strictObject({ videoPostId, fileIndex: wholeNumber(0), quality, keyVersion: wholeNumber(1) }),
  responses: { 200: { description: "16 raw bytes", files: ["application/octet-stream"] } },
  problems: ["not-found"],
  head: false,
});
