import type { JobKind, JobProgress } from "../../../shared/domain/job/transcode-job.ts";

/** What the stream of a post says. Nothing is stored: a client reads the post again after `connected`. */
export type PostEvent =
  | { readonly name: "connected"; readonly data: { readonly ok: true } }
  | { readonly name: "post-changed"; readonly data: { readonly version: number } }
  | { readonly name: "job-progress"; readonly data: ShownProgress };

export type ShownProgress = {
  readonly jobId: string;
  readonly claimNo: number;
  readonly kind: JobKind;
  readonly progress: JobProgress;
};

/** One event of a stream (HTML 9.2.5). Without an id: there is no past to continue from. */
export function postEventText({ name, data }: PostEvent): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
