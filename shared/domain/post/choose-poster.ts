import { canonicalJson } from "../../lib/canonical-json.ts";
import type { NewEvent } from "../events/domain-event.ts";
import { posterPrefix } from "../part/object-keys.ts";
import type { PosterChoice } from "../part/part-images.ts";
import { type Decision, refused, type VideoPost, withFile } from "./video-post.ts";

/** Sets the poster of a part; null for the best candidate. An image of the editor's that it replaces is deleted. */
export function choosePoster(post: VideoPost, fileIndex: number, choice: PosterChoice | null, now: number): Decision {
  if (post.deletedAt !== null) return refused({ kind: "deleted" });
  const file = post.files.find((part) => part.fileIndex === fileIndex);
  if (file === undefined) return refused({ kind: fileIndex < post.nextFileIndex ? "deleted" : "not-found" });
  const candidates = file.images?.posters.length ?? 0;
  if (choice?.kind === "candidate" && choice.number > candidates) {
    const detail = candidates === 0 ? "candidate: the part has none" : `candidate: the part has ${candidates}`;
    return refused({ kind: "invalid", detail });
  }
  const old = file.poster;
  const isSame = canonicalJson(old) === canonicalJson(choice);
  if (isSame) return { kind: "unchanged", value: undefined };
  const change = withFile(post, { ...file, poster: choice }, [], now);
  const gone: NewEvent[] = old?.kind === "own" ? [{ type: "PosterReplaced", prefixes: [posterPrefix(old.id)] }] : [];
  return { kind: "changed", change: { ...change, events: [...change.events, ...gone] }, value: undefined };
}
