import { EventReader } from "../../fixtures/event-stream.ts";
import { call, claim, encryptPost, report, transcodeReport } from "./published-post.ts";
import { testEnv } from "./test-env.ts";
import type { TestWorker } from "./worker.ts";

/* Steps about one job of the encoder API and its stream of events. */

export const ADMIN = { authorization: `Bearer ${testEnv.ADMIN_API_KEY}` };
export const EVENTS = "/api/v2/m3u8-encoder/events";

export type EncoderJobOfTest = { readonly jobId: string; readonly videoPostId: string; readonly fileId: string };

export async function createJob(
  worker: TestWorker,
  headers: HeadersInit = ADMIN,
  title = "A film",
): Promise<EncoderJobOfTest> {
  const body = JSON.stringify({ url: "https://r2.example.com/film.mp4", title, resourceType: "VIDEO" });
  const response = await worker.fetch("/api/v2/m3u8-encoder/upload/url", { method: "POST", headers, body });
  const { jobId } = (await response.json()) as { jobId: string };
  const found = await worker.context.encoderJobs.find(jobId.slice("job-".length));
  await worker.settled();
  return { jobId, videoPostId: found!.videoPostId, fileId: found!.fileId };
}

/** The stream of the job; of all jobs of the caller without one. */
export async function listen(
  worker: TestWorker,
  jobId: string | null,
  headers: HeadersInit = ADMIN,
  more = "",
): Promise<EventReader> {
  const query = [jobId === null ? "" : `jobId=${jobId}`, more].filter((part) => part !== "").join("&");
  const response = await worker.fetch(query === "" ? EVENTS : `${EVENTS}?${query}`, { headers });
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return new EventReader(response.body!);
}

/** Like `listen`, after this event. */
export function listenAfter(worker: TestWorker, jobId: string | null, lastEventId: string): Promise<EventReader> {
  return listen(worker, jobId, { ...ADMIN, "last-event-id": lastEventId });
}

export async function encoding(
  worker: TestWorker,
  order: Awaited<ReturnType<typeof claim>>,
  percent: number,
): Promise<void> {
  const segments = { "720p": Math.floor(percent / 10), "360p": Math.floor(percent / 5) };
  const response = await call(worker, order, "progress", { stage: "ENCODING", percent, segments });
  if (response.status !== 204) throw new Error(`${response.status} ${await response.text()}`);
}

/** From the claim of the transcode job to the end. */
export async function complete(worker: TestWorker, job: EncoderJobOfTest): Promise<void> {
  const order = await claim(worker, job.videoPostId);
  await encoding(worker, order, 50);
  await report(worker, order, "transcode-result", transcodeReport(["720p", "360p"]));
  await encryptPost(worker, job.videoPostId);
  await worker.settled();
}

export function jobObject({ fileId }: EncoderJobOfTest) {
  return testEnv.JOB_EVENTS.getByName(fileId);
}
