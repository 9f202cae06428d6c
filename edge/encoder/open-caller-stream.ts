import { encoderStatus, readEncoderJobName } from "../../shared/domain/encoder/encoder-job.ts";
import type { Context } from "../context.ts";
import { refused } from "../http/refusal.ts";
import type { NewClient } from "./events/attach-messages.ts";
import { readAttachResponse } from "./events/attach-response.ts";
import { endOf } from "./events/claim-order.ts";
import { type KnownState, type Minted, withoutMinted } from "./events/job-state.ts";
import { knownStateOf } from "./known-state.ts";
import type { OpenedStream } from "./open-job-stream.ts";
import type { UrlIssuing } from "./playback/playback-urls.ts";

type Deps = Pick<Context, "env" | "encoderJobs"> & UrlIssuing;

/** Jobs that a client is shown at first. One that is older appears with its next change of state. */
const SHOWN_JOBS = 100;

/** Questions of the object for URLs of jobs that were completed meanwhile. */
const MOST_QUESTIONS = 4;

/** The stream of all jobs that a caller has created, and will create. */
export async function openCallerStream(deps: Deps, client: NewClient): Promise<OpenedStream> {
  const { env, encoderJobs } = deps;
  const newest = { order: "newest-first", after: null, limit: SHOWN_JOBS } as const;
  const { items } = await encoderJobs.list({ ...newest, filter: { callerId: client.owner } });
  const isRunning = (job: KnownState["job"]) => endOf(encoderStatus(job)) === null;
  // Only a client that continues may have missed the end of a job.
  const shown = client.lastEventId === null ? items.filter(isRunning) : items;
  const recent = await Promise.all(shown.map((job) => knownStateOf(deps, job)));
  const running = recent.filter(({ job }) => isRunning(job));
  const object = env.CALLER_EVENTS.getByName(client.owner);
  let minted: Readonly<Record<string, Minted>> = {};
  for (let questions = 0; questions < MOST_QUESTIONS; questions++) {
    const body = JSON.stringify({ ...client, running, recent, minted });
    const answer = await readAttachResponse(await object.fetch("https://events/", { method: "POST", body }));
    if (answer.kind === "mint") {
      minted = await mintedOf(deps, answer.jobs);
      continue;
    }
    if (answer.kind === "full") return refused("unavailable", "There are too many open streams of this caller.");
    if (answer.kind === "too-many") return refused("too-many-requests", "The caller has too many open streams.");
    if (answer.kind !== "stream") throw new Error(`an object of all jobs of a caller has answered ${answer.kind}`);
    await follow(deps, running);
    return answer;
  }
  return refused("unavailable");
}

/** The objects of the jobs forward their progress from now on. */
async function follow({ env }: Deps, running: readonly KnownState[]): Promise<void> {
  await Promise.all(running.map((state) => env.JOB_EVENTS.getByName(state.job.fileId).follow(state)));
}

async function mintedOf(deps: Deps, names: readonly string[]): Promise<Record<string, Minted>> {
  const entries = names.map(async (name) => {
    const jobId = readEncoderJobName(name);
    const job = jobId === null ? null : await deps.encoderJobs.find(jobId);
    const minted = job === null ? {} : withoutMinted((await knownStateOf(deps, job)).view).minted;
    return [name, minted] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
