import { bytes, FILE_INDEX, parameter, type RouteByHand, VIDEO_POST } from "./by-hand-shapes.ts";

/** The pages of a video. */
export const PAGES_BY_HAND: readonly RouteByHand[] = [
  {
    registered: "GET /watch/:videoPostId/:fileIndex{[0-9]{1,6}}",
    path: "/watch/{videoPostId}/{fileIndex}",
    operations: {
      get: {
        operationId: "watch",
        tags: ["Service"],
        summary: "A page with a player",
        parameters: [VIDEO_POST, FILE_INDEX],
        responses: { 200: bytes("The page", "text/html"), 404: bytes("A page that says so", "text/html") },
      },
    },
  },
  {
    registered: "GET /watch/*",
    path: "/watch/{address}",
    operations: {
      get: {
        operationId: "watchNothing",
        tags: ["Service"],
        summary: "A page for addresses that name no video",
        parameters: [parameter("address", "path", "Anything else")],
        responses: { 404: bytes("A page that says so", "text/html") },
      },
    },
  },
  {
    registered: "GET /embed/:videoPostId/:fileIndex{[0-9]{1,6}}",
    path: "/embed/{videoPostId}/{fileIndex}",
    operations: {
      get: {
        operationId: "embed",
        tags: ["Service"],
        summary: "The player alone, for an iframe; EMBED_ANCESTORS says on which pages",
        parameters: [
          VIDEO_POST,
          FILE_INDEX,
          parameter("origin", "query", "The origin of the page around it, with which it exchanges messages"),
          parameter("autoplay", "query", "Present: starts by itself"),
          parameter("muted", "query", "Present: without sound"),
        ],
        responses: { 200: bytes("The page", "text/html"), 404: { description: "Not the address of a part" } },
      },
    },
  },
  {
    registered: "GET /oembed",
    path: "/oembed",
    operations: {
      get: {
        operationId: "oembed",
        tags: ["Service"],
        summary: "The oEmbed description of a watch page",
        parameters: [
          parameter("url", "query", "The address of a watch or embed page of this origin"),
          parameter("format", "query", "json"),
          parameter("maxwidth", "query", "Pixels"),
          parameter("maxheight", "query", "Pixels"),
        ],
        responses: {
          200: bytes("oEmbed 1.0, of type video", "application/json"),
          404: { description: "No page of a video that plays" },
          422: { description: "A parameter is missing or unknown" },
          429: { description: "Too many requests" },
          501: { description: "Another format than json" },
        },
      },
    },
  },
];
