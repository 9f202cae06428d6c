import { runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import type { AttachToCaller } from "../../../edge/encoder/events/attach-messages.ts";
import { CallerStream } from "../../../edge/encoder/events/caller-stream.ts";
import type { KnownState } from "../../../edge/encoder/events/job-state.ts";
import { JobStream } from "../../../edge/encoder/events/job-stream.ts";
import { knownStateOf } from "../../../edge/encoder/known-state.ts";
import { presentJob } from "../../../shared/domain/encoder/encoder-job.ts";
import { EventReader } from "../../fixtures/event-stream.ts";
import { complete, createJob, type EncoderJobOfTest, encoding, listen } from "../support/encoder-job.ts";
import { emptyQueue } from "../support/one-job.ts";
import { claim, report, transcodeReport } from "../support/published-post.ts";
import { testEnv } from "../support/test-env.ts";
import { startWorker } from "../support/worker.ts";

const worker = startWorker();
beforeEach(emptyQueue);

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

async function known({ jobId }: EncoderJobOfTest): Promise<KnownState> {
  const job = await worker.context.encoderJobs.find(jobId.slice("job-".length));
  return knownStateOf(worker.context, job!);
}

/** The same job before and after its end. */
async function twoStates(): Promise<{ running: KnownState; ended: KnownState; endedAt: number }> {
  const job = await createJob(worker);
  const running = await known(job);
  await complete(worker, job);
  const ended = await known(job);
  return { running, ended, endedAt: presentJob(ended.job).finishedAt! };
}

type Clock = { now: number };
const nextName = () => crypto.randomUUID();

function ofCaller(now: number, work: (stream: CallerStream, clock: Clock) => Promise<void>): Promise<void> {
  const clock = { now };
  return runInDurableObject(testEnv.CALLER_EVENTS.getByName(nextName()), (_, { storage }) =>
    work(new CallerStream(storage, () => clock.now), clock),
  );
}

type Asked = Partial<Omit<AttachToCaller, "until" | "owner">>;

/** The first events of a client, which leaves after them. */
async function attach(stream: CallerStream, clock: Clock, asked: Asked, count: number) {
  const until = clock.now + 10 * MINUTE;
  const all = { running: [], recent: [], minted: {}, lastEventId: null, owner: "caller", until, ...asked };
  const answer = await stream.attach(all);
  if (!(answer instanceof ReadableStream)) return answer;
  const reader = new EventReader(answer);
  const events = await reader.take(count);
  stream.listeners.endAll();
  return [...events, ...(await reader.rest())];
}

async function events(...args: Parameters<typeof attach>) {
  const answer = await attach(...args);
  if (!Array.isArray(answer)) throw new Error(JSON.stringify(answer));
  return answer.map(({ id, event, data }) => ({ id, event, status: data.status }));
}

describe("a client of all jobs of a caller", () => {
  it("gets the present after a time in which nobody listened", async () => {
    const { running, ended } = await twoStates();
    await ofCaller(running.job.createdAt, async (stream, clock) => {
      const [, first] = await events(stream, clock, { running: [running], recent: [running] }, 2);
      clock.now += 30 * MINUTE;
      expect(stream.settle(ended)).toBe(false);
      const again = await events(stream, clock, { recent: [ended], lastEventId: first!.id }, 2);
      expect(again[1]).toMatchObject({ event: "job-update", status: "COMPLETED" });
    });
  });

  it("gets an end that came before the object knew the job", async () => {
    const { running, ended } = await twoStates();
    await ofCaller(running.job.createdAt, async (stream, clock) => {
      const [, first] = await events(stream, clock, { running: [running], recent: [running] }, 2);
      const asked = { recent: [ended], lastEventId: first!.id };
      expect(await attach(stream, clock, asked, 0)).toEqual({ kind: "mint", jobs: [ended.view.jobId] });
      const minted = { [String(ended.view.jobId)]: { securePlaybackUrl: "/secure" } };
      const again = await events(stream, clock, { ...asked, minted }, 2);
      expect(again.map(({ event }) => event)).toEqual(["connected", "job-completed"]);
    });
  });

  it("gets nothing about a job that ended before anybody listened, whatever becomes of its post", async () => {
    const { ended, endedAt } = await twoStates();
    await ofCaller(endedAt + 60 * MINUTE, async (stream, clock) => {
      const [connected] = await events(stream, clock, {}, 1);
      expect(stream.settle(ended)).toBe(true);
      const again = await events(stream, clock, { lastEventId: connected!.id }, 1);
      expect(again).toHaveLength(1);
    });
  });

  it("continues where it connected, although no job was in progress then", async () => {
    const [one, other] = [await twoStates(), await twoStates()];
    await ofCaller(one.running.job.createdAt, async (stream, clock) => {
      await events(stream, clock, {}, 1);
      stream.settle(one.running);
      const [connected] = await events(stream, clock, {}, 1);
      stream.settle(other.running);
      const again = await attach(stream, clock, { lastEventId: connected!.id }, 2);
      expect((again as { data: unknown }[])[1]!.data).toMatchObject({ jobId: other.running.view.jobId });
      expect(again).toHaveLength(2);
    });
  });

  it("gets a first text of any length", async () => {
    const { ended } = await twoStates();
    const large = { ...ended, view: { ...ended.view, metadata: { text: "x".repeat(8000) } } };
    await ofCaller(0, async (stream, clock) => {
      const recent = Array.from({ length: 100 }, () => large);
      expect(await events(stream, clock, { recent, lastEventId: "other.1" }, 101)).toHaveLength(101);
    });
  });

  it("leaves nothing stored that is older than two days", async () => {
    const { running } = await twoStates();
    await ofCaller(running.job.createdAt, async (stream, clock) => {
      const [connected] = await events(stream, clock, {}, 1);
      stream.settle(running);
      const seen = () => events(stream, clock, { recent: [running], lastEventId: connected!.id }, 2);
      stream.prune();
      expect((await seen())[0]!.id).toBe(connected!.id);
      clock.now += 1;
      stream.prune();
      // The event is gone, so that the client gets the present.
      expect((await seen())[0]!.id).not.toBe(connected!.id);
    });
  });
});

describe("a client of one job", () => {
  it("is not shown the last report of a job that waits again", async () => {
    const job = await createJob(worker);
    await (await listen(worker, job.jobId)).leave();
    const order = await claim(worker, job.videoPostId);
    await encoding(worker, order, 60);
    await report(worker, order, "transcode-result", transcodeReport(["720p", "360p"]));
    const waiting = await listen(worker, job.jobId);
    const [, first] = await waiting.take(2);
    expect(first!.data).toMatchObject({ status: "UPLOADING_TO_CLOUD_STORAGE", stage: "QUEUED" });
    await waiting.leave();
  });

  it("asks for the state again that changed while it was on its way", async () => {
    const { running, ended } = await twoStates();
    await runInDurableObject(testEnv.JOB_EVENTS.getByName(nextName()), async (_, { storage }) => {
      const stream = new JobStream(storage, () => DAY);
      stream.apply(ended);
      const asked = { owner: "caller", until: 2 * DAY, lastEventId: null };
      expect(await stream.attach({ ...asked, known: running }, [])).toEqual({ kind: "newer" });
      expect(await stream.attach({ ...asked, known: ended }, [])).toEqual({ kind: "ended" });
    });
  });
});
