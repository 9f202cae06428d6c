import { type EncoderJobState, encoderJobName } from "../../../shared/domain/encoder/encoder-job.ts";
import type { Context } from "../../context.ts";
import { issueToken } from "../../gate/issue-token.ts";
import { PROXY_PATH, proxyPath } from "./proxy-path.ts";

export type PlaybackUrls = {
  readonly masterPlaylistUrl: string | null;
  readonly securePlaybackUrl: string | null;
};

/** Of the Context. */
export type UrlIssuing = Pick<Context, "gate" | "playbackTokens" | "sessionRules" | "settings" | "now">;

/**
 * Of a job whose result plays; null for any other. The secure URL has a token of what the policies allow an anonymous
 * viewer, no matter who reads the job: a site issues tokens of other qualities by `POST /admin/video/enc/token`. It is null
 * where they allow nothing, while the database is away, and without `issuing`, as in lists.
 */
export async function playbackUrls(issuing: UrlIssuing | null, job: EncoderJobState): Promise<PlaybackUrls> {
  if (job.part.playing === null || job.isDeleted) return { masterPlaylistUrl: null, securePlaybackUrl: null };
  const name = encoderJobName(job.jobId);
  const token = issuing === null ? null : await anonymousToken(issuing, job);
  return {
    masterPlaylistUrl: `${PROXY_PATH}/${name}`,
    securePlaybackUrl: token === null ? null : `${proxyPath(name)}?token=${token}`,
  };
}

/** It carries the feed position and the post version that it was issued from, so that it plays in every isolate. */
async function anonymousToken(issuing: UrlIssuing, { videoPostId, part }: EncoderJobState): Promise<string | null> {
  const request = {
    videoPostId,
    fileIndex: part.fileIndex,
    viewer: { kind: "anonymous" },
    viewerId: null,
    apiKeyId: null,
    startSeconds: issuing.settings.TOKEN_START_SECONDS,
    // Nothing was accepted that could be revoked.
    acceptedAt: Number.POSITIVE_INFINITY,
  } as const;
  const issued = await issueToken(issuing, request, (work) => void work.catch(() => {}));
  return issued.kind === "issued" ? issued.token : null;
}
