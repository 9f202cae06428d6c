import { createPostOfUploadToken } from "../../shared/application/commands/create-post-of-upload-token.ts";
import { ENDED_UPLOAD_TOKEN_KEPT_MS } from "../../shared/domain/uploads/upload-token.ts";
import type { Context } from "../context.ts";
import { eventTimes } from "../webhooks/event-times.ts";

type Deps = Pick<Context, "uploadTokens" | "posts" | "vault" | "now">;

/** Of each kind and run: a few statements each, below a Worker's limits. */
const TOKENS_PER_RUN = 20;
const ROWS_PER_RUN = 500;

/** Creates the posts that were not created when their uploads were complete. One that fails does not stop the others. */
export async function finishTokenUploads(deps: Deps): Promise<number> {
  const failures: unknown[] = [];
  const waiting = await deps.uploadTokens.listCompleted(TOKENS_PER_RUN);
  for (const tokenId of waiting) {
    await createPostOfUploadToken(deps, tokenId, deps.now()).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw new AggregateError(failures, `the posts of ${failures.length} upload tokens`);
  return waiting.length;
}

/** Ends tokens that can no longer be used, and deletes those that ended long ago. */
export async function expireUploadTokens(deps: Pick<Context, "uploadTokens" | "settings" | "now">): Promise<number> {
  const { uploadTokens, now } = deps;
  const ended = await uploadTokens.endExpired(eventTimes(deps), ROWS_PER_RUN);
  await uploadTokens.deleteEnded(now() - ENDED_UPLOAD_TOKEN_KEPT_MS, ROWS_PER_RUN);
  return ended.length;
}
