import type { FailureCode } from "../job/failure.ts";
import type { JobKind } from "../job/transcode-job.ts";
import type { QualityAuth } from "../quality/quality-auth.ts";

/** The end of the address of a poster; missing where there is none that anybody may see. */
export type WithPoster = { readonly poster?: string };

/** Events from which only messages follow: webhooks, and events for listeners. */
export type AnnouncedEvent =
  | { readonly type: "VideoPostCreated"; readonly fileIndexes: readonly number[] }
  /** A part plays for the first time. */
  | ({ readonly type: "VideoPartReady"; readonly fileIndex: number } & WithPoster)
  /** A part plays the same renditions under new keys. */
  | { readonly type: "VideoPartKeysRotated"; readonly fileIndex: number; readonly keyVersion: number }
  | {
      readonly type: "VideoJobFailed";
      readonly jobId: string;
      readonly kind: JobKind;
      readonly fileIndex: number;
      /** Missing in events of earlier releases. */
      readonly code?: FailureCode;
      readonly reason: string;
      /** `nothing`: what the part plays continues, and its keys were not to be replaced. */
      readonly effect: "part-failed" | "rotation-failed" | "nothing";
    }
  | { readonly type: "VideoJobCancelled"; readonly jobId: string; readonly kind: JobKind; readonly fileIndex: number }
  /** The work is queued again. `jobId`: the job that was retried. */
  | { readonly type: "VideoJobRetried"; readonly jobId: string; readonly kind: JobKind; readonly fileIndex: number }
  /** Captions or chapters. */
  | { readonly type: "VideoCaptionsChanged"; readonly fileIndex: number }
  | { readonly type: "VideoPoliciesChanged"; readonly fileIndex: number; readonly policies: readonly QualityAuth[] };
