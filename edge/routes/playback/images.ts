import type { Hono } from "hono";
import type { StoredPart } from "../../../shared/application/ports/gate-readings.ts";
import { IMAGES_PATH } from "../../../shared/domain/part/image-address.ts";
import { spriteName } from "../../../shared/domain/part/shown-images.ts";
import type { Context } from "../../context.ts";
import { type RareReadings, rareReadings } from "../../gate/rare-readings.ts";
import { type ProblemCode, problem } from "../../http/problems.ts";
import { type FoundImage, imageBesidePlaylist, publicImage } from "../../images/find-image.ts";
import {
  PRIVATE_IMAGE,
  PUBLIC_IMAGE,
  storedImageResponse,
  storyboardResponse,
  TOKEN_TEXT,
} from "../../images/image-response.ts";
import { readToken } from "../../playback/read-token.ts";
import { sessionBinding } from "../../playback/session-binding.ts";
import { sessionToken } from "../../playback/session-token.ts";

export type ImageDeps = Pick<Context, "env" | "gate" | "settings" | "playbackTokens" | "now">;

/** Posters and storyboards: with a token beside `master.m3u8`, and at addresses for anybody while all of it is public. */
export function routeImages(app: Hono, context: ImageDeps): void {
  const deps = { ...context, again: rareReadings(context.gate, context.now) };
  app.get("/video/enc/videoResource/:videoPostId/:fileIndex/:image{poster\\.jpg|storyboard.+}", (c) => {
    const { videoPostId, fileIndex, image } = c.req.param();
    if (!FILE_INDEX.test(fileIndex)) return problem("not-found");
    const asked = { videoPostId, fileIndex: Number(fileIndex), name: image, token: c.req.query("token") };
    return answerHolder(deps, asked, c.req.raw, (work) => c.executionCtx.waitUntil(work));
  });
  app.get(`${IMAGES_PATH}/:videoPostId/:fileIndex/:imagesId/:name`, (c) => {
    const { videoPostId, fileIndex, imagesId, name } = c.req.param();
    if (!FILE_INDEX.test(fileIndex)) return problem("not-found");
    const asked = { videoPostId, fileIndex: Number(fileIndex), id: imagesId, name };
    return answerAnybody(deps, asked, c.req.raw, (work) => c.executionCtx.waitUntil(work));
  });
}

const FILE_INDEX = /^\d{1,6}$/;

type Deps = ImageDeps & { readonly again: RareReadings };

type Later = (work: Promise<unknown>) => void;
type Part = { readonly videoPostId: string; readonly fileIndex: number };

async function answerHolder(
  deps: Deps,
  asked: Part & { readonly name: string; readonly token: string | undefined },
  request: Request,
  later: Later,
): Promise<Response> {
  const { gate, settings, playbackTokens, env } = deps;
  const at = deps.now();
  const read = await readToken(playbackTokens, asked.token, at);
  if (read.kind === "refused") return problem(read.code);
  const { claims } = read;
  if (claims.videoPostId !== asked.videoPostId || claims.fileIndex !== asked.fileIndex) {
    return problem("token-for-other-video");
  }
  const revoked = await gate.isRevoked(claims, later);
  if (revoked !== false) return problem(revoked === "away" ? "unavailable" : "token-revoked");
  const found = await findImage(deps, claims, (part) => imageBesidePlaylist(part, asked.name), later);
  if (typeof found === "string") return problem(found);
  if (found.kind === "stored") return storedImageResponse(env.SOURCE, found.image, request, PRIVATE_IMAGE);
  const token = await sessionToken(playbackTokens, read, sessionBinding(settings.SESSION_BINDING, request), at);
  return storyboardResponse(found, request, (number) => `${spriteName(number)}?token=${token}`, TOKEN_TEXT);
}

async function answerAnybody(
  deps: Deps,
  { id, name, ...asked }: Part & { readonly id: string; readonly name: string },
  request: Request,
  later: Later,
): Promise<Response> {
  const found = await findImage(deps, asked, (part) => publicImage(part, id, name), later);
  if (typeof found === "string") return problem(found);
  return found.kind === "stored"
    ? storedImageResponse(deps.env.SOURCE, found.image, request, PUBLIC_IMAGE)
    : storyboardResponse(found, request, spriteName, PUBLIC_IMAGE);
}

/**
 * What this isolate remembers grants an image. What it does not know of is looked up again, but seldom: a player asks for
 * the images of every film, and a film of an earlier release has none.
 */
async function findImage(
  { gate, again }: Pick<Deps, "gate" | "again">,
  asked: Part,
  find: (part: StoredPart) => FoundImage | null,
  later: Later,
): Promise<FoundImage | ProblemCode> {
  const known = await gate.part(asked, later);
  if (known === "away") return "unavailable";
  const found = known.part === null ? null : find(known.part);
  if (found !== null) return found;
  const read = await again(asked, later);
  if (read === "away") return "unavailable";
  return (read?.part ? find(read.part) : null) ?? "not-found";
}
