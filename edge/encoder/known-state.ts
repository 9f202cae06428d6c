import type { EncoderJobState } from "../../shared/domain/encoder/encoder-job.ts";
import type { KnownState } from "./events/job-state.ts";
import { jobView } from "./job-view.ts";
import type { UrlIssuing } from "./playback/playback-urls.ts";

/** The view without live reports: the object of the job has those, and no event may say less than the one before it. */
export async function knownStateOf(issuing: UrlIssuing, job: EncoderJobState): Promise<KnownState> {
  return { job, view: await jobView(issuing, job, null) };
}
