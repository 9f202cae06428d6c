import type { EncoderJob, EncoderJobState, JobOfPart } from "../../domain/encoder/encoder-job.ts";
import type { PostMetadata } from "../../domain/post/post-metadata.ts";
import { QUALITIES } from "../../domain/quality/quality.ts";
import type { AbrVariant } from "../../domain/quality/rendition.ts";

/** One row of an encoder job with its part and the state of both jobs, as plain values. */
export type EncoderJobRow = EncoderJob & {
  readonly isDeleted: boolean;
  readonly postVersion: number;
  readonly metadata: PostMetadata;
  readonly passthrough: string | null;
  readonly fileIndex: number;
  readonly durationSeconds: number | null;
  readonly warnings: readonly string[];
  readonly encPath: string | null;
  readonly encPathJobId: string | null;
  readonly keyVersion: number | null;
  readonly isReplaced: boolean;
  readonly variants: readonly AbrVariant[];
  readonly transcode: JobOfPart;
  readonly encrypt: JobOfPart | null;
};

export function encoderJobStateOf(row: EncoderJobRow): EncoderJobState {
  const { fileIndex, durationSeconds, warnings, variants, encPath, encPathJobId, keyVersion, isReplaced, ...job } = row;
  const playing =
    encPath === null || encPathJobId === null || keyVersion === null
      ? null
      : { prefix: encPath, transcodeJobId: encPathJobId, keyVersion };
  return { ...job, part: { fileIndex, durationSeconds, warnings, playing, variants: inOrder(variants), isReplaced } };
}

/** The highest first. */
function inOrder(variants: readonly AbrVariant[]): readonly AbrVariant[] {
  return variants.toSorted((a, b) => QUALITIES.indexOf(a.quality) - QUALITIES.indexOf(b.quality));
}
