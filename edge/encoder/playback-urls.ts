import { type EncoderJobState, encoderJobName } from "../../shared/domain/encoder-job.ts";

export type PlaybackUrls = {
  readonly masterPlaylistUrl: string | null;
  readonly securePlaybackUrl: string | null;
};

/** Of a job whose result plays; null for any other. */
export async function playbackUrls(job: EncoderJobState): Promise<PlaybackUrls> {
  if (job.part.playing === null) return { masterPlaylistUrl: null, securePlaybackUrl: null };
  const url = `/m3u8-encoder/api/v2/proxy/${encoderJobName(job.jobId)}`;
  return { masterPlaylistUrl: url, securePlaybackUrl: url };
}
