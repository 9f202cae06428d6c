import type { Save } from "../../shared/application/ports/video-post-repository.ts";
import { describeVideoPost } from "../../shared/application/queries/video-posts.ts";
import { type Answer, answer } from "./answer.ts";
import type { RouteDefinition } from "./definition.ts";
import { videoPostSchema } from "./definitions/posts/posts.ts";
import type { Route } from "./route.ts";

/**
 * What the route will answer once this save is made; null where only its handler knows. A route whose one response is
 * the post answers with what is saved.
 */
export function answerOfSave(
  { definition, ofSave }: Pick<Route<unknown>, "definition" | "ofSave">,
  save: Save,
): Answer | null {
  // A save is the next version of what was loaded.
  const post = { ...save.post, version: save.post.version + 1 };
  if (ofSave !== null) return ofSave({ ...save, post });
  const status = statusOfPost(definition);
  return status === null ? null : answer(status, describeVideoPost(post));
}

/** Whether a repeat gets its answer also after a crash between the save and the response. */
export function answersBySave({ definition, ofSave }: Pick<Route<unknown>, "definition" | "ofSave">): boolean {
  return ofSave !== null || statusOfPost(definition) !== null;
}

function statusOfPost({ responses }: RouteDefinition): number | null {
  const [only, ...others] = Object.entries(responses);
  return only !== undefined && others.length === 0 && only[1].schema === videoPostSchema ? Number(only[0]) : null;
}
