import type { PostRevision } from "../ports/video-post-history.ts";

/** A revision as the API shows it. Revisions of releases without a history have null instead of who and what. */
export function describeRevision({ version, at, actor, change }: PostRevision) {
  return {
    version,
    at,
    actor,
    action: change?.action ?? null,
    fileIndex: change?.fileIndex ?? null,
    result: change?.result ?? null,
    reason: change?.reason ?? null,
    fields: change?.fields ?? [],
    status: change?.status ?? null,
  };
}
