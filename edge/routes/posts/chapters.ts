import { setChapters } from "../../../shared/application/commands/edit-captions.ts";
import type { VersionedOutcome } from "../../../shared/application/decide-on-version.ts";
import { describePartChapters } from "../../../shared/application/queries/captions.ts";
import type { Chapter } from "../../../shared/domain/part/caption.ts";
import { answer } from "../../api/answer.ts";
import * as define from "../../api/definitions/posts/chapters.ts";
import { type Route, route } from "../../api/route.ts";
import { readChapters } from "../../captions/read-chapters.ts";
import type { Context } from "../../context.ts";
import { refused } from "../../http/refusal.ts";
import { versionedRefusal } from "./edited-post.ts";
import { type PartPath, partOfPath } from "./part-of-path.ts";

type Deps = Pick<Context, "posts" | "now">;

type Asked = {
  readonly params: { readonly videoPostId: string; readonly fileIndex: string };
  readonly query: { readonly version?: number | undefined };
  readonly caller: { readonly id: string };
};

export const chapterRoutes: readonly Route<Deps>[] = [
  route(define.getChapters, {
    handle: async ({ posts }: Deps, { params }) => {
      const path = partOfPath(params);
      const post = path === null ? null : await posts.load(path.videoPostId);
      const chapters = path === null || post === null ? null : describePartChapters(post, path.fileIndex);
      return chapters === null ? refused("not-found") : answer(200, chapters);
    },
  }),

  route(define.setChapters, {
    asked: ({ params }) => ({ fileIndex: partOfPath(params)?.fileIndex ?? null }),
    handle: async (deps: Deps, input) => {
      const read = readChapters(input.body);
      return read.kind === "refused" ? read : save(deps, input, read.items);
    },
  }),

  route(define.deleteChapters, {
    asked: ({ params }) => ({ fileIndex: partOfPath(params)?.fileIndex ?? null }),
    handle: (deps: Deps, input) => save(deps, input, null),
  }),
];

async function save(deps: Deps, { params, query, caller }: Asked, items: readonly Chapter[] | null) {
  const path = partOfPath(params);
  if (path === null) return refused("not-found");
  const edited = { ...path, seenVersion: query.version ?? null, editor: caller.id };
  return saved(path, await setChapters(deps, edited, items, deps.now()));
}

function saved({ fileIndex }: PartPath, outcome: VersionedOutcome<null>) {
  if (outcome.kind !== "done") return versionedRefusal(outcome);
  const chapters = describePartChapters(outcome.post, fileIndex);
  if (chapters === null) throw new Error("a part whose chapters were saved is gone");
  return answer(200, chapters);
}
