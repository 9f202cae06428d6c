import { beforeEach, describe, expect, it } from "vitest";
import { createKey } from "../support/admin-callers.ts";
import { ADMIN, createJob, EVENTS, encoding, listen } from "../support/encoder-job.ts";
import { claimed, emptyQueue } from "../support/one-job.ts";
import { encryptPost, report, transcodeReport } from "../support/published-post.ts";
import { startWorker } from "../support/worker.ts";

const worker = startWorker();
beforeEach(emptyQueue);

const API = "/api/v2/m3u8-encoder";

describe("the stream of all jobs of a caller", () => {
  it("has the caller's jobs, those that it creates later, and no others", async () => {
    const key = await createKey(worker, ["posts:read", "posts:write"]);
    const headers = { authorization: `Bearer ${key.key}` };
    const early = await createJob(worker, headers, "Early");
    const events = await listen(worker, null, headers);
    const [connected, first] = await events.take(2);
    expect([connected!.event, first!.event, first!.data.jobId]).toEqual(["connected", "job-update", early.jobId]);
    await createJob(worker, ADMIN, "Of somebody else");
    await emptyQueue();
    const late = await createJob(worker, headers, "Late");
    const order = await claimed(worker, late.jobId.slice("job-".length));
    await encoding(worker, order, 45);
    const [created, update] = await events.take(2);
    expect(created!.data).toMatchObject({ jobId: late.jobId, title: "Late" });
    expect(update!.data).toMatchObject({ jobId: late.jobId, status: "ENCODING", progressPercentage: 45 });
    await events.leave();
    await report(worker, order, "transcode-result", transcodeReport(["720p", "360p"]));
    await encryptPost(worker);
    await worker.settled();
    const again = await listen(worker, null, { ...headers, "last-event-id": update!.id });
    const [, done] = await again.take(2);
    expect(done).toMatchObject({ event: "job-completed", data: { jobId: late.jobId, status: "completed" } });
    expect(done!.data.securePlaybackUrl).toBeTypeOf("string");
    await again.leave();
  });
});

describe("who may listen", () => {
  it("needs posts:read, and a job that exists", async () => {
    const job = await createJob(worker);
    const lacking = await createKey(worker, ["videos:read"]);
    const as = (headers: HeadersInit, id = job.jobId) => worker.fetch(`${EVENTS}?jobId=${id}`, { headers });
    expect((await as({})).status).toBe(401);
    expect((await as({ authorization: `Bearer ${lacking.key}` })).status).toBe(403);
    expect((await as(ADMIN, "job-00000000-0000-7000-8000-000000000000")).status).toBe(404);
    expect((await as(ADMIN, "anything")).status).toBe(404);
    expect((await worker.fetch(`${EVENTS}?jobId=${job.jobId}&job=1`, { headers: ADMIN })).status).toBe(422);
  });

  it("may be a browser with a ticket, for its job and its time, while the key of its caller counts", async () => {
    const key = await createKey(worker, ["posts:read", "posts:write"]);
    const headers = { authorization: `Bearer ${key.key}` };
    const [job, other] = [await createJob(worker, headers), await createJob(worker, headers)];
    const made = await worker.fetch(`${API}/events/tickets`, {
      method: "POST",
      headers,
      body: JSON.stringify({ jobId: job.jobId, expiresInSeconds: 60 }),
    });
    expect(made.status).toBe(201);
    const { ticket, eventsUrl } = (await made.json()) as { ticket: string; eventsUrl: string };
    const url = new URL(eventsUrl);
    const open = async (path: string) => {
      const response = await worker.fetch(path);
      const { status } = response;
      const code = status === 200 ? null : ((await response.json()) as { code: string }).code;
      if (status === 200) await response.body!.cancel();
      return [status, code];
    };
    expect(await open(url.pathname + url.search)).toEqual([200, null]);
    expect(await open(`${EVENTS}?jobId=${other.jobId}&ticket=${ticket}`)).toEqual([403, "not-allowed"]);
    expect(await open(`${EVENTS}?ticket=${ticket}`)).toEqual([403, "not-allowed"]);
    expect(await open(`${EVENTS}?jobId=${job.jobId}&ticket=${ticket}x`)).toEqual([401, "token-invalid"]);
    expect((await worker.fetch(`${API}/jobs/${job.jobId}?ticket=${ticket}`)).status).toBe(401);
    const all = await worker.fetch(`${API}/events/tickets`, { method: "POST", headers });
    const general = ((await all.json()) as { ticket: string }).ticket;
    expect(await open(`${EVENTS}?jobId=${other.jobId}&ticket=${general}`)).toEqual([200, null]);
    expect((await worker.admin("DELETE", `/admin/api-keys/${key.keyId}`)).status).toBe(204);
    expect(await open(url.pathname + url.search)).toEqual([401, "token-revoked"]);
    worker.advance(66_000);
    expect(await open(url.pathname + url.search)).toEqual([401, "token-expired"]);
  });
});
