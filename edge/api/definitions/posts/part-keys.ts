import * as z from "zod";
import { defineRoute } from "../../definition.ts";
import { failCode, fileIndex, millis, quality } from "../shapes.ts";

const PART = "/api/v2/video-posts/{videoPostId}/parts/{fileIndex}";
const READ = { kind: "scope", scope: "posts:read" } as const;
const version = z.int().min(1).nullable();

export const getVideoEncryptStatus = defineRoute({
  method: "GET",
  path: `${PART}/encryption`,
  operationId: "getVideoEncryptStatus",
  tag: "Posts",
  summary: "Returns how far the encryption of a part is",
  access: READ,
  responses: {
    200: {
      description: "The states of the part and its key versions",
      schema: z
        .object({
          videoPostId: z.string(),
          fileIndex,
          transferResult: z.enum(["IMPORTED", "TRANSCODING", "SUCCESS", "FAILED", "CANCELLED"]),
          encryptStatus: z.enum(["UNENCRYPTED", "ENCRYPTING", "ENCRYPTED", "FAILED", "CANCELLED"]),
          failCode: failCode.nullable(),
          failReason: z.string().nullable(),
          playingKeyVersion: version,
          latestKeyVersion: version,
          stagedKeyVersion: version,
        })
        .meta({ id: "PartEncryption" }),
    },
  },
  problems: ["not-found"],
});

export const getLatestVideoHlsKeyVersion = defineRoute({
  method: "GET",
  path: `${PART}/key-version`,
  operationId: "getLatestVideoHlsKeyVersion",
  tag: "Posts",
  summary: "Returns the newest key version of a part whose keys are served",
  access: READ,
  responses: {
    200: {
      description: "Null before the first encryption, and after the keys are revoked",
      schema: z.object({ videoPostId: z.string(), fileIndex, keyVersion: version }),
    },
  },
  problems: ["not-found"],
});

export const listVideoHlsEncryptKeys = defineRoute({
  method: "GET",
  path: `${PART}/keys`,
  operationId: "listVideoHlsEncryptKeys",
  tag: "Keys and rotation",
  summary: "Lists the content keys of a part, never with their bytes",
  access: { kind: "scope", scope: "keys:rotate" },
  responses: {
    200: {
      description: "By key version and quality, in any status; keys that ended long ago are deleted",
      schema: z.object({
        items: z.array(
          z
            .object({
              keyId: z.string(),
              quality,
              keyVersion: z.int().min(1),
              status: z.enum(["STAGED", "ACTIVE", "RETIRING", "REVOKED"]),
              keyUriTemplate: z.string(),
              usableUntil: millis.nullable(),
              createdAt: millis,
            })
            .meta({ id: "ContentKey" }),
        ),
      }),
    },
  },
  problems: ["not-found"],
});
