import {
  addCaption,
  changeCaption,
  type EditedTexts,
  orderCaptions,
  removeCaption,
  replaceCaptionText,
} from "../../../shared/application/commands/edit-captions.ts";
import type { VersionedOutcome } from "../../../shared/application/decide-on-version.ts";
import type { Save } from "../../../shared/application/ports/video-post-repository.ts";
import { describePartCaptions, partOf } from "../../../shared/application/queries/captions.ts";
import type { Caption, CaptionFields, StoredText } from "../../../shared/domain/part/caption.ts";
import type { VideoPost } from "../../../shared/domain/post/video-post.ts";
import { answer } from "../../api/answer.ts";
import * as define from "../../api/definitions/posts/captions.ts";
import { type Route, route } from "../../api/route.ts";
import { discardText, parseSubtitleFile, storeText, VTT } from "../../captions/store-text.ts";
import type { Context } from "../../context.ts";
import { refused } from "../../http/refusal.ts";
import { versionedRefusal } from "./edited-post.ts";
import { type PartPath, partOfPath } from "./part-of-path.ts";

type Deps = Pick<Context, "posts" | "env" | "now">;

/** Captions of a part: their texts are in SOURCE, and a save names them. */
export const captionRoutes: readonly Route<Deps>[] = [
  route(define.listCaptions, {
    handle: async ({ posts }: Deps, { params }) => {
      const path = partOfPath(params);
      const post = path === null ? null : await posts.load(path.videoPostId);
      const described = path === null || post === null ? null : describePartCaptions(post, path.fileIndex);
      return described === null ? refused("not-found") : answer(200, described);
    },
  }),

  route(define.addCaption, {
    asked: ({ params, query: { language, name } }) => ({ ...partFact(params), details: { language, name } }),
    handle: async (deps: Deps, { params, query, body, caller }) => {
      const path = partOfPath(params);
      if (path === null || !(await hasPart(deps, path))) return refused("not-found");
      const parsed = parseSubtitleFile(body);
      if (parsed.kind === "refused") return parsed;
      const fields: CaptionFields = {
        language: query.language,
        name: query.name,
        isDefault: query.default ?? false,
        isForced: query.forced ?? false,
        characteristics: query.characteristics ?? [],
      };
      const text = await storeText(deps.env, path.videoPostId, parsed);
      const edited = editedBy(path, query.version, caller.id);
      const outcome = await keepingText(deps, text, addCaption(deps, edited, { fields, text }, deps.now()));
      if (outcome.kind !== "done") return versionedRefusal(outcome);
      const { captionId } = outcome.value;
      return answer(201, { ...described(outcome.post, path), captionId }, { details: { captionId } });
    },
    ofSave: (save) => addedAnswer(save),
  }),

  route(define.changeCaption, {
    asked: ({ params, body: { language, name } }) => ({
      ...partFact(params),
      details: { ...(language === undefined ? {} : { language }), ...(name === undefined ? {} : { name }) },
    }),
    handle: async (deps: Deps, { params, body: { version, ...given }, caller }) => {
      const path = partOfPath(params);
      if (path === null) return refused("not-found");
      const { captionId } = params;
      const fields = fieldsOf(given);
      const edited = editedBy(path, version, caller.id);
      return edited200(path, await changeCaption(deps, edited, { captionId, fields }, deps.now()));
    },
  }),

  route(define.deleteCaption, {
    asked: ({ params }) => partFact(params),
    handle: async (deps: Deps, { params, query, caller }) => {
      const path = partOfPath(params);
      if (path === null) return refused("not-found");
      const edited = editedBy(path, query.version, caller.id);
      return edited200(path, await removeCaption(deps, edited, params.captionId, deps.now()));
    },
  }),

  route(define.getCaptionText, {
    handle: async ({ posts, env }: Deps, { params }) => {
      const path = partOfPath(params);
      const post = path === null ? null : await posts.load(path.videoPostId);
      const file = path === null || post === null ? null : partOf(post, path.fileIndex);
      const caption = file?.captions.find(({ captionId }) => captionId === params.captionId);
      const object = caption === undefined ? null : await env.SOURCE.get(caption.objectKey);
      if (object === null) return refused("not-found");
      return answer(200, { kind: "file", contentType: VTT, bytes: object.size, open: () => object.body });
    },
  }),

  route(define.replaceCaptionText, {
    asked: ({ params }) => partFact(params),
    handle: async (deps: Deps, { params, query, body, caller }) => {
      const path = partOfPath(params);
      if (path === null || !(await hasPart(deps, path))) return refused("not-found");
      const parsed = parseSubtitleFile(body);
      if (parsed.kind === "refused") return parsed;
      const { captionId } = params;
      const text = await storeText(deps.env, path.videoPostId, parsed);
      const edited = editedBy(path, query.version, caller.id);
      return edited200(
        path,
        await keepingText(deps, text, replaceCaptionText(deps, edited, { captionId, text }, deps.now())),
      );
    },
  }),

  route(define.orderCaptions, {
    asked: ({ params, body: { captionIds } }) => ({ ...partFact(params), details: { captionIds } }),
    handle: async (deps: Deps, { params, body: { captionIds, version }, caller }) => {
      const path = partOfPath(params);
      if (path === null) return refused("not-found");
      return edited200(path, await orderCaptions(deps, editedBy(path, version, caller.id), captionIds, deps.now()));
    },
  }),
];

function partFact(params: { readonly videoPostId: string; readonly fileIndex: string }) {
  return { fileIndex: partOfPath(params)?.fileIndex ?? null };
}

function editedBy(path: PartPath, version: number | undefined, editor: string): EditedTexts {
  return { ...path, seenVersion: version ?? null, editor };
}

/** Asked before a text is stored; the save decides. */
async function hasPart({ posts }: Deps, { videoPostId, fileIndex }: PartPath): Promise<boolean> {
  const post = await posts.load(videoPostId);
  return post?.files.some((file) => file.fileIndex === fileIndex) ?? false;
}

/** A text that was stored for a save that did not come about is deleted. */
async function keepingText(
  { env }: Deps,
  text: StoredText,
  saving: Promise<VersionedOutcome<Caption>>,
): Promise<VersionedOutcome<Caption>> {
  const outcome = await saving;
  if (outcome.kind !== "done") await discardText(env, text);
  return outcome;
}

function fieldsOf(given: {
  readonly language?: string | undefined;
  readonly name?: string | undefined;
  readonly default?: boolean | undefined;
  readonly forced?: boolean | undefined;
  readonly characteristics?: readonly string[] | undefined;
}): Partial<CaptionFields> {
  const { language, name, default: isDefault, forced: isForced, characteristics } = given;
  const fields = { language, name, isDefault, isForced, characteristics };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function edited200(path: PartPath, outcome: VersionedOutcome<unknown>) {
  return outcome.kind === "done" ? answer(200, described(outcome.post, path)) : versionedRefusal(outcome);
}

function described(post: VideoPost, { fileIndex }: PartPath) {
  const captions = describePartCaptions(post, fileIndex);
  if (captions === null) throw new Error("a part whose captions were saved is gone");
  return captions;
}

/** The captions that the save adds to one of the parts. */
function addedAnswer({ post, from }: Save) {
  const before = new Set(from?.files.flatMap(({ captions }) => captions.map(({ captionId }) => captionId)));
  for (const { fileIndex, captions } of post.files) {
    const added = captions.find(({ captionId }) => !before.has(captionId));
    if (added === undefined) continue;
    const { captionId } = added;
    return answer(
      201,
      { ...described(post, { videoPostId: post.id, fileIndex }), captionId },
      { details: { captionId } },
    );
  }
  throw new Error("a save that adds captions has none that are new");
}
