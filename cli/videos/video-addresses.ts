import type { EncoderJob } from "../../client/index.ts";

export type VideoAddresses = { readonly watchUrl: string; readonly playbackUrl: string | null };

/** The page of a job's video, and what a player plays. A job makes a post with one part. */
export function addressesOf(
  { videoPostId, securePlaybackUrl }: Pick<EncoderJob, "videoPostId" | "securePlaybackUrl">,
  serviceUrl: string,
): VideoAddresses {
  const playbackUrl = securePlaybackUrl === null ? null : new URL(securePlaybackUrl, serviceUrl).href;
  return { watchUrl: watchUrlOf(serviceUrl, videoPostId, 0), playbackUrl };
}

export function watchUrlOf(serviceUrl: string, videoPostId: string, fileIndex: number): string {
  return `${serviceUrl}/watch/${encodeURIComponent(videoPostId)}/${fileIndex}`;
}
