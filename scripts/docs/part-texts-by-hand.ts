/* Captions and chapters, which a playback token opens. */

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

const PART = "/video/enc/videoResource/{videoPostId}/{fileIndex}";
const REGISTERED = "GET /video/enc/videoResource/:videoPostId/:fileIndex";
const WEBVTT = "text/vtt; charset=utf-8";

const get = (operationId: string, summary: string, type: string, parameters: readonly object[] = []) => ({
  get: {
    ...{ operationId, tags: ["Playback"], summary },
    parameters: [VIDEO_POST, FILE_INDEX, ...parameters, TOKEN],
    responses: { 200: bytes("The file", type), 404: problem("The part has none"), ...PLAYBACK_REFUSALS },
  },
});

export const PART_TEXTS_BY_HAND: readonly RouteByHand[] = [
  {
    registered: `${REGISTERED}/:text/captions.vtt`,
    path: `${PART}/{text}/captions.vtt`,
    operations: get("getCaptions", "Returns the WebVTT of captions, on the clock of the segments", WEBVTT, [
      parameter("text", "path", "Captions, as the playlist names them"),
    ]),
  },
  {
    registered: `${REGISTERED}/chapters.vtt`,
    path: `${PART}/chapters.vtt`,
    operations: get("getChaptersTrack", "Returns the chapters as WebVTT", WEBVTT),
  },
  {
    registered: `${REGISTERED}/chapters.json`,
    path: `${PART}/chapters.json`,
    operations: get("getChapterList", "Returns the chapters as JSON", "application/json"),
  },
];
