import type { Hono } from "hono";
import { textRenditionName } from "../../../shared/domain/quality/rendition-name.ts";
import { chaptersJson, chaptersTrack } from "../../captions/chapters-track.ts";
import { VTT } from "../../captions/store-text.ts";
import type { Context } from "../../context.ts";
import type { PartSnapshot } from "../../gate/part-snapshots.ts";
import { type ProblemCode, problem } from "../../http/problems.ts";
import { withPublicHeaders } from "../../middleware/public-headers.ts";
import type { PartTexts } from "../../playback/part-texts.ts";
import { readToken } from "../../playback/read-token.ts";
import { withTimestampMap } from "../../playback/text-playlist.ts";

type Deps = Pick<Context, "env" | "playbackTokens" | "now">;
type Asked = {
  readonly videoPostId: string;
  readonly fileIndex: string;
  readonly token: string | undefined;
  readonly execution: Pick<ExecutionContext, "waitUntil">;
};

const PART_PATH = "/video/enc/videoResource/:videoPostId/:fileIndex";

/** A text is named by its id, so it never changes under its address. No shared cache keeps what a token opens. */
const CACHED = "private, max-age=300";

/** What the token of a playback opens beside its playlists: the text of captions, and chapters in two forms. */
export function routePartTexts(app: Hono, { env, playbackTokens, now }: Deps, texts: PartTexts): void {
  const opened = async (asked: Asked, isThere: (part: PartSnapshot) => boolean) => {
    const read = await readToken(playbackTokens, asked.token, now());
    if (read.kind === "refused") return refusal(read.code);
    const { claims } = read;
    const isFor = claims.videoPostId === asked.videoPostId && String(claims.fileIndex) === asked.fileIndex;
    if (!isFor) return refusal("token-for-other-video");
    const found = await texts.open(claims, (work) => asked.execution.waitUntil(work), isThere);
    return found.kind === "refused" ? refusal(found.code) : found;
  };

  app.get(`${PART_PATH}/:text/captions.vtt`, async (c) => {
    const { text, ...part } = c.req.param();
    const captionOf = (known: PartSnapshot) => known.captions.find(({ textId }) => textRenditionName(textId) === text);
    const asked = { ...part, token: c.req.query("token"), execution: c.executionCtx };
    const found = await opened(asked, (known) => captionOf(known) !== undefined);
    if (found instanceof Response) return found;
    const object = await env.SOURCE.get(captionOf(found.part)!.objectKey);
    if (object === null) return refusal("not-found");
    return fileResponse(withTimestampMap(await object.text(), found.part.mediaStart), VTT);
  });

  for (const form of ["vtt", "json"] as const) {
    app.get(`${PART_PATH}/chapters.${form}`, async (c) => {
      const asked = { ...c.req.param(), token: c.req.query("token"), execution: c.executionCtx };
      const found = await opened(asked, ({ chapters }) => chapters.length > 0);
      if (found instanceof Response) return found;
      const { chapters, durationSeconds } = found.part;
      return form === "vtt"
        ? fileResponse(chaptersTrack(chapters, durationSeconds), VTT)
        : fileResponse(chaptersJson(chapters), "application/json");
    });
  }
}

function fileResponse(body: string, contentType: string): Response {
  const response = new Response(body, { headers: { "content-type": contentType } });
  response.headers.set("cache-control", CACHED);
  return withPublicHeaders(response);
}

function refusal(code: ProblemCode): Response {
  return withPublicHeaders(problem(code));
}
