import { bytes, PLAYBACK_REFUSALS, parameter, problem, type RouteByHand } from "./by-hand-shapes.ts";

const ENCODER_JOB = parameter("jobId", "path", "An encoder job, such as job-0192f3a4-...");
const VARIANT = parameter("variant", "path", "v0 (1080p) to v3 (360p), a0 (192k) to a2 (96k)");
const PROXY_TOKEN = parameter("token", "query", "A playback token; without it the viewer is anonymous", false);
const PROXY_REFUSALS = {
  ...PLAYBACK_REFUSALS,
  404: problem("There is no such job, variant or segment"),
  409: problem("The job is in progress (with Retry-After), has failed, or was cancelled"),
  410: problem("The video was deleted, or its version superseded"),
};

/** Playback of encoder jobs. */
export const PROXY_BY_HAND: readonly RouteByHand[] = [
  {
    registered: "GET /m3u8-encoder/api/v2/proxy/:jobId",
    path: "/m3u8-encoder/api/v2/proxy/{jobId}",
    operations: {
      get: {
        operationId: "playEncoderJob",
        tags: ["Playback"],
        summary: "Returns the multivariant playlist of an encoder job; `{jobId}.m3u8` is the same",
        parameters: [ENCODER_JOB, PROXY_TOKEN],
        responses: { 200: bytes("A playlist", "application/vnd.apple.mpegurl"), ...PROXY_REFUSALS },
      },
    },
  },
  {
    registered: "GET /m3u8-encoder/api/v2/proxy/:jobId/:variant/index.m3u8",
    path: "/m3u8-encoder/api/v2/proxy/{jobId}/{variant}/index.m3u8",
    operations: {
      get: {
        operationId: "playEncoderJobVariant",
        tags: ["Playback"],
        summary: "Returns the media playlist of one variant",
        parameters: [ENCODER_JOB, VARIANT, PROXY_TOKEN],
        responses: { 200: bytes("A playlist", "application/vnd.apple.mpegurl"), ...PROXY_REFUSALS },
      },
    },
  },
  {
    registered: "GET /m3u8-encoder/api/v2/proxy/:jobId/:variant/:segment",
    path: "/m3u8-encoder/api/v2/proxy/{jobId}/{variant}/{segment}",
    operations: {
      get: {
        operationId: "getEncoderJobSegment",
        tags: ["Playback"],
        summary: "Returns one segment: ciphertext, or a clear segment by its signature",
        parameters: [
          ENCODER_JOB,
          VARIANT,
          parameter("segment", "path", "A segment, such as seg_00001.ts"),
          PROXY_TOKEN,
          parameter("prefix", "query", "Of a clear segment: the folder of its object", false),
          parameter("expires", "query", "Of a clear segment: the end of its signature, in seconds since 1970", false),
          parameter("signature", "query", "Of a clear segment", false),
        ],
        responses: {
          200: bytes("The segment", "video/mp2t"),
          206: bytes("The range that was requested", "video/mp2t"),
          304: { description: "The segment is the one that the client has" },
          416: problem("The range is outside of the segment"),
          ...PROXY_REFUSALS,
        },
      },
    },
  },
];
