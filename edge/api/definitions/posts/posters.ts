import * as z from "zod";
import { IMAGE_TYPES } from "../../../images/image-types.ts";
import { defineRoute } from "../../definition.ts";
import { seenVersion, versionQuery, wholeNumber } from "../shapes.ts";
import { POST, READ, VERSIONED_PROBLEMS, WRITE } from "./posts.ts";

const PATH = "/api/v2/video-posts/{videoPostId}/parts/{fileIndex}/poster";
const MOST_CANDIDATES = 3;

export const getPartPoster = defineRoute({
  method: "GET",
  path: PATH,
  operationId: "getPartPoster",
  tag: "Posts",
  summary: "Returns the poster of a part, or one of the candidates for it, whatever the policies are",
  access: READ,
  head: false,
  query: z.strictObject({ candidate: wholeNumber(1, MOST_CANDIDATES).optional() }),
  responses: { 200: { description: "The image", files: Object.values(IMAGE_TYPES) } },
  problems: ["not-found", "deleted"],
});

export const setPoster = defineRoute({
  method: "PUT",
  path: PATH,
  operationId: "setPoster",
  tag: "Posts",
  summary: "Sets the poster of a part to a candidate or to an uploaded image, and returns the post",
  access: WRITE,
  audit: "post.poster.set",
  body: z
    .strictObject({
      candidate: z.int().min(1).max(MOST_CANDIDATES).optional(),
      uploadId: z.string().min(1).max(100).optional(),
      version: seenVersion.optional(),
    })
    .refine(
      ({ candidate, uploadId }) => (candidate === undefined) !== (uploadId === undefined),
      "name either a candidate or an uploadId",
    ),
  responses: { 200: POST },
  problems: VERSIONED_PROBLEMS,
});

export const resetPoster = defineRoute({
  method: "DELETE",
  path: PATH,
  operationId: "resetPoster",
  tag: "Posts",
  summary: "Sets the poster of a part to its best candidate, and returns the post",
  access: WRITE,
  audit: "post.poster.reset",
  query: versionQuery,
  responses: { 200: POST },
  problems: VERSIONED_PROBLEMS,
});
