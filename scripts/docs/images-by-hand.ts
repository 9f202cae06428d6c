import { bytes, PLAYBACK_REFUSALS, parameter, problem, type RouteByHand } from "./by-hand-shapes.ts";

const VIDEO_POST = parameter("videoPostId", "path", "A post");
const FILE_INDEX = parameter("fileIndex", "path", "A part of the post");
const TOKEN = parameter("token", "query", "A playback token of the part, issued or of a session");
const SPRITE = parameter("number", "path", "A sprite, from 1");
const IMAGES_ID = parameter("imagesId", "path", "Random, as the address in a view has it");
const UNCHANGED = { description: "The image is the one that the client has" };
const MISSING = problem("The part has no such image, or it is not public in every quality");
const SPRITE_BYTES = bytes("The sprite", "image/jpeg");
const POSTER = {
  description: "The poster; Content-Type names its format",
  content: Object.fromEntries(
    ["image/jpeg", "image/png", "image/webp"].map((type) => [type, { schema: { type: "string" } }]),
  ),
};
const VTT = bytes("WebVTT whose cues name a sprite and a region of it", "text/vtt");
const JSON_LIST = bytes("The same as a list", "application/json", {
  type: "array",
  items: {
    type: "object",
    required: ["url", "startTime", "endTime", "width", "height", "coords"],
    properties: {
      url: { type: "string" },
      startTime: { type: "number" },
      endTime: { type: "number" },
      width: { type: "integer" },
      height: { type: "integer" },
      coords: {
        type: "object",
        required: ["x", "y"],
        properties: { x: { type: "integer" }, y: { type: "integer" } },
      },
    },
  },
});

type Image = { readonly name: string; readonly id: string; readonly what: string; readonly ok: object };

const IMAGES: readonly Image[] = [
  { name: "poster.jpg", id: "Poster", what: "the poster of a part", ok: POSTER },
  { name: "storyboard.vtt", id: "StoryboardVtt", what: "the storyboard of a part as WebVTT", ok: VTT },
  { name: "storyboard.json", id: "StoryboardJson", what: "the storyboard of a part as JSON", ok: JSON_LIST },
  { name: "storyboard-{number}.jpg", id: "Sprite", what: "a sprite of a storyboard", ok: SPRITE_BYTES },
];

/** Posters and storyboards. */
export const IMAGES_BY_HAND: readonly RouteByHand[] = [
  ...IMAGES.map(({ name, id, what, ok }): RouteByHand => {
    return {
      registered: "GET /video/enc/videoResource/:videoPostId/:fileIndex/:image{poster\\.jpg|storyboard.+}",
      path: `/video/enc/videoResource/{videoPostId}/{fileIndex}/${name}`,
      operations: {
        get: {
          operationId: `get${id}`,
          tags: ["Playback"],
          summary: `Returns ${what}`,
          parameters: [VIDEO_POST, FILE_INDEX, ...(name.includes("{") ? [SPRITE] : []), TOKEN],
          responses: { 200: ok, 304: UNCHANGED, ...PLAYBACK_REFUSALS, 404: MISSING },
        },
      },
    };
  }),
  {
    registered: "GET /video/enc/images/:videoPostId/:fileIndex/:imagesId/:name",
    path: "/video/enc/images/{videoPostId}/{fileIndex}/{imagesId}/{name}",
    operations: {
      get: {
        operationId: "getPublicImage",
        tags: ["Playback"],
        summary: "Returns an image, or a storyboard, of a part that is public in every quality",
        parameters: [VIDEO_POST, FILE_INDEX, IMAGES_ID, parameter("name", "path", "As the address in a view has it")],
        responses: {
          200: {
            description: "The image; Content-Type names its format",
            content: { ...POSTER.content, ...VTT.content, ...JSON_LIST.content },
          },
          304: UNCHANGED,
          404: MISSING,
          503: problem("Temporarily unavailable"),
        },
      },
    },
  },
];
