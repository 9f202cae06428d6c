import { upsertQualityAuth } from "../../domain/post/quality-policies.ts";
import type { QualityAuth } from "../../domain/quality/quality-auth.ts";
import { withAnnouncements } from "../../domain/webhooks/announcements.ts";
import { type CommandOutcome, decideAndSave } from "../decide-and-save.ts";
import type { VideoPostRepository } from "../ports/video-post-repository.ts";

export type QualityAuthEdit = {
  readonly videoPostId: string;
  readonly fileIndex: number;
  readonly policies: readonly QualityAuth[];
};

/** UpsertVideoHlsQualityAuth: sets policies of one part in one save, or saves nothing if none differs. */
export function upsertVideoHlsQualityAuth(
  posts: VideoPostRepository,
  { videoPostId, fileIndex, policies }: QualityAuthEdit,
  by: string,
  now: number,
): Promise<CommandOutcome<"changed" | "unchanged">> {
  const trace = { actor: by, action: "policy.set", part: { fileIndex } } as const;
  return decideAndSave(posts, videoPostId, trace, now, (post) =>
    withAnnouncements(upsertQualityAuth(post, fileIndex, policies, now), () => [
      { type: "VideoPoliciesChanged", fileIndex, policies },
    ]),
  );
}
