/* Routes that no definition serves: the hot path of players, pages, and the uploads of tus. */
import {
  bytes,
  FILE_INDEX,
  PLAYBACK_REFUSALS,
  parameter,
  problem,
  type RouteByHand,
  TOKEN,
  VIDEO_POST,
} from "./by-hand-shapes.ts";
import { IMAGES_BY_HAND } from "./images-by-hand.ts";
import { PAGES_BY_HAND } from "./pages-by-hand.ts";
import { PART_TEXTS_BY_HAND } from "./part-texts-by-hand.ts";
import { PROXY_BY_HAND } from "./proxy-by-hand.ts";

const RENDITION = parameter("rendition", "path", "A quality, such as 1080p, or captions, as the playlist names them");

const TUS_VERSION = {
  name: "Tus-Resumable",
  in: "header",
  required: true,
  description: "The version of the protocol",
  schema: { const: "1.0.0" },
};
const UPLOAD = parameter("uploadId", "path", "The last segment of the upload's Location");
const TUS_REFUSALS = {
  401: problem("Credentials are missing or invalid"),
  403: problem("The scope posts:write is missing"),
  412: { description: "Tus-Resumable is missing or has another version" },
  503: problem("Temporarily unavailable"),
};
const WRITE = [{ apiKey: ["posts:write"] }];
const UPLOADS = "ALL /api/v2/uploads/*";
const UPLOAD_TOKEN = parameter("token", "query", "An upload token, as `uploadUrl` has it");
const TOKEN_UPLOADS = "ALL /api/v2/token-uploads/*";
const TOKEN_REFUSALS = {
  401: { description: "The address is not valid" },
  403: { description: "The address has been used, or is not for pages of this origin" },
  410: { description: "The address has expired or was revoked" },
  412: { description: "Tus-Resumable is missing or has another version" },
  503: { description: "Temporarily unavailable" },
};

export const ROUTES_BY_HAND: readonly RouteByHand[] = [
  {
    registered: "GET /video/enc/videoResource/:videoPostId/:fileIndex/master.m3u8",
    path: "/video/enc/videoResource/{videoPostId}/{fileIndex}/master.m3u8",
    operations: {
      get: {
        operationId: "getMultivariantPlaylist",
        tags: ["Playback"],
        summary: "Returns the multivariant playlist with the qualities that the token allows",
        parameters: [VIDEO_POST, FILE_INDEX, TOKEN],
        responses: { 200: bytes("A playlist", "application/vnd.apple.mpegurl"), ...PLAYBACK_REFUSALS },
      },
    },
  },
  {
    registered: "GET /video/enc/videoResource/:videoPostId/:fileIndex/:rendition/index.m3u8",
    path: "/video/enc/videoResource/{videoPostId}/{fileIndex}/{rendition}/index.m3u8",
    operations: {
      get: {
        operationId: "getMediaPlaylist",
        tags: ["Playback"],
        summary: "Returns the media playlist of one quality, or of captions",
        parameters: [VIDEO_POST, FILE_INDEX, RENDITION, TOKEN],
        responses: {
          200: bytes("A playlist", "application/vnd.apple.mpegurl"),
          404: problem("There is no such rendition"),
          ...PLAYBACK_REFUSALS,
        },
      },
    },
  },
  ...PART_TEXTS_BY_HAND,
  {
    registered: "GET /video/enc/segments/:key{.+\\.ts}",
    path: "/video/enc/segments/{key}",
    operations: {
      get: {
        operationId: "getSegment",
        tags: ["Playback"],
        summary: "Returns the ciphertext of one segment",
        parameters: [parameter("key", "path", "The object key, with its slashes")],
        responses: {
          200: bytes("The segment", "video/mp2t"),
          206: bytes("The range that was requested", "video/mp2t"),
          304: { description: "The segment is the one that the client has" },
          404: problem("There is no such segment"),
          416: problem("The range is outside of the segment"),
        },
      },
    },
  },
  {
    registered: "GET /video/enc/key",
    path: "/video/enc/key",
    operations: {
      get: {
        operationId: "getContentKey",
        tags: ["Playback"],
        summary: "Returns the 16 bytes of a content key to a play session",
        parameters: [
          parameter("keyId", "query", "The key, as the playlist names it"),
          parameter("quality", "query", "The quality of the key"),
          TOKEN,
        ],
        responses: {
          200: bytes("16 raw bytes", "application/octet-stream"),
          404: problem("There is no such key"),
          ...PLAYBACK_REFUSALS,
        },
      },
    },
  },
  ...[...IMAGES_BY_HAND, ...PROXY_BY_HAND],
  {
    registered: UPLOADS,
    path: "/api/v2/uploads",
    operations: {
      options: {
        operationId: "describeUploads",
        tags: ["Uploads"],
        summary: "Reports the version and the extensions of the protocol",
        responses: { 204: { description: "In Tus-Version and Tus-Extension" } },
      },
      post: {
        operationId: "createUpload",
        tags: ["Uploads"],
        summary: "Creates an upload; its Location is in the response",
        security: WRITE,
        parameters: [TUS_VERSION],
        responses: { 201: { description: "Created" }, 413: { description: "Too large" }, ...TUS_REFUSALS },
      },
    },
  },
  {
    registered: UPLOADS,
    path: "/api/v2/uploads/{uploadId}",
    operations: {
      head: {
        operationId: "getUploadOffset",
        tags: ["Uploads"],
        summary: "Reports how many bytes the upload has",
        security: WRITE,
        parameters: [UPLOAD, TUS_VERSION],
        responses: { 200: { description: "In Upload-Offset" }, 404: { description: "Unknown" }, ...TUS_REFUSALS },
      },
      patch: {
        operationId: "appendToUpload",
        tags: ["Uploads"],
        summary: "Appends a chunk",
        security: WRITE,
        parameters: [UPLOAD, TUS_VERSION],
        requestBody: { required: true, content: { "application/offset+octet-stream": {} } },
        responses: {
          204: { description: "The new Upload-Offset" },
          404: { description: "Unknown" },
          409: { description: "Upload-Offset is not the offset of the upload" },
          ...TUS_REFUSALS,
        },
      },
      delete: {
        operationId: "terminateUpload",
        tags: ["Uploads"],
        summary: "Terminates an upload",
        security: WRITE,
        parameters: [UPLOAD, TUS_VERSION],
        responses: { 204: { description: "Terminated" }, 404: { description: "Unknown" }, ...TUS_REFUSALS },
      },
    },
  },
  {
    registered: TOKEN_UPLOADS,
    path: "/api/v2/token-uploads",
    operations: {
      post: {
        operationId: "createUploadByToken",
        tags: ["Uploads"],
        summary: "Creates the upload of an upload token",
        parameters: [UPLOAD_TOKEN, TUS_VERSION],
        responses: { 201: { description: "Created" }, 413: { description: "Too large" }, ...TOKEN_REFUSALS },
      },
    },
  },
  {
    registered: TOKEN_UPLOADS,
    path: "/api/v2/token-uploads/{uploadId}",
    operations: {
      head: {
        operationId: "getUploadOffsetByToken",
        tags: ["Uploads"],
        summary: "Reports how many bytes the upload of the token has",
        parameters: [UPLOAD, UPLOAD_TOKEN, TUS_VERSION],
        responses: { 200: { description: "In Upload-Offset" }, 404: { description: "Unknown" }, ...TOKEN_REFUSALS },
      },
      patch: {
        operationId: "appendToUploadByToken",
        tags: ["Uploads"],
        summary: "Appends a chunk; with the last one the post is created",
        parameters: [UPLOAD, UPLOAD_TOKEN, TUS_VERSION],
        requestBody: { required: true, content: { "application/offset+octet-stream": {} } },
        responses: {
          204: { description: "The new Upload-Offset" },
          404: { description: "Unknown" },
          409: { description: "Upload-Offset is not the offset of the upload" },
          413: { description: "More than the token allows" },
          ...TOKEN_REFUSALS,
        },
      },
      delete: {
        operationId: "terminateUploadByToken",
        tags: ["Uploads"],
        summary: "Terminates the upload of the token, which may then be used again",
        parameters: [UPLOAD, UPLOAD_TOKEN, TUS_VERSION],
        responses: {
          204: { description: "Terminated" },
          404: { description: "Unknown" },
          409: { description: "A post is made of it" },
          ...TOKEN_REFUSALS,
        },
      },
    },
  },
  ...PAGES_BY_HAND,
  {
    registered: "GET /",
    path: "/",
    operations: {
      get: {
        operationId: "frontPage",
        tags: ["Service"],
        summary: "A page for people: what this is, and where its documents are",
        responses: { 200: bytes("The page", "text/html") },
      },
    },
  },
  {
    registered: "GET /console",
    path: "/console",
    operations: {
      get: {
        operationId: "console",
        tags: ["Service"],
        summary: "The console, a page for editors and operators",
        responses: { 200: bytes("The page", "text/html") },
      },
    },
  },
  {
    registered: "GET /console/*",
    path: "/console/{address}",
    operations: {
      get: {
        operationId: "consolePage",
        tags: ["Service"],
        summary: "The console: its script shows what the address names",
        parameters: [parameter("address", "path", "A page of the console")],
        responses: { 200: bytes("The page", "text/html") },
      },
    },
  },
  {
    registered: "GET /healthz",
    path: "/healthz",
    operations: {
      get: {
        operationId: "checkHealth",
        tags: ["Service"],
        summary: "Responds while the Worker is configured",
        responses: { 200: bytes("ok", "text/plain"), 500: problem("A required setting is missing") },
      },
    },
  },
];
