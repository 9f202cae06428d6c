import * as z from "zod";
import { defineRoute } from "../../definition.ts";
import { chapterSchema, fileIndex, versionQuery } from "../shapes.ts";
import { READ, VERSIONED_PROBLEMS, WRITE } from "./posts.ts";

const chaptersSchema = z
  .object({
    videoPostId: z.string(),
    fileIndex,
    version: z.int().min(1),
    origin: z
      .enum(["SET", "SOURCE"])
      .nullable()
      .meta({ description: "SET by an editor, or found in the file of the part; null without chapters" }),
    chapters: z.array(chapterSchema),
  })
  .meta({ id: "PartChapters" });
const CHAPTERS = { description: "The chapters of the part", schema: chaptersSchema };

/** 300 titles, with room for markup. */
const LONGEST_CHAPTERS_BYTES = 256 * 1024;

export const getChapters = defineRoute({
  method: "GET",
  path: "/api/v2/video-posts/{videoPostId}/parts/{fileIndex}/chapters",
  operationId: "getChapters",
  tag: "Posts",
  summary: "Returns the chapters of a part",
  access: READ,
  responses: { 200: CHAPTERS },
  problems: ["not-found"],
});

export const setChapters = defineRoute({
  method: "PUT",
  path: "/api/v2/video-posts/{videoPostId}/parts/{fileIndex}/chapters",
  operationId: "setChapters",
  tag: "Posts",
  summary: "Sets the chapters of a part, as WebVTT or as JSON",
  access: WRITE,
  audit: "post.chapters.set",
  query: versionQuery,
  file: {
    description: 'WebVTT, or JSON as `{"chapters": [{"startSeconds": 0, "title": "Start"}]}`',
    types: ["text/vtt", "application/json"],
    longestBytes: LONGEST_CHAPTERS_BYTES,
  },
  responses: { 200: CHAPTERS },
  problems: VERSIONED_PROBLEMS,
});

export const deleteChapters = defineRoute({
  method: "DELETE",
  path: "/api/v2/video-posts/{videoPostId}/parts/{fileIndex}/chapters",
  operationId: "deleteChapters",
  tag: "Posts",
  summary: "Deletes the chapters of a part",
  access: WRITE,
  audit: "post.chapters.delete",
  query: versionQuery,
  responses: { 200: CHAPTERS },
  problems: VERSIONED_PROBLEMS,
});
