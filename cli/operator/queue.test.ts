import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { createOperatorClient } from "../../processor/adapters/operator-client.ts";
import { type QueueCommand, queue } from "./queue.ts";

const NOW = Date.UTC(2026, 2, 1, 12);
const MINUTE = 60_000;

const RUNNING = {
  ...{
    jobId: "0199-a",
    videoPostId: "post-1",
    fileIndex: 0,
    kind: "TRANSCODE",
    state: "RUNNING",
    stage: "ENCODING",
    claimNo: 3,
  },
  ...{ attempt: 2, maxAttempts: 5, cancelRequested: false, leaseOwner: "vm-1/42", leaseExpiresAt: NOW + 40_000 },
  progress: { stage: "ENCODING", percent: 41.7, fps: 88.4, speed: 2.945, etaSeconds: 130, segments: { "360p": 3 } },
  ...{ runAfter: NOW - 9 * MINUTE, failReason: null },
  ...{ createdAt: NOW - 10 * MINUTE, startedAt: NOW - 9 * MINUTE, finishedAt: null },
};

const FAILED = {
  ...RUNNING,
  ...{
    jobId: "0199-b",
    fileIndex: 1,
    kind: "ENCRYPT",
    state: "FAILED",
    stage: null,
    progress: null,
    attempt: 5,
    leaseOwner: null,
  },
  ...{ leaseExpiresAt: null, failReason: "The object store\ncould not read.", createdAt: NOW - 72 * 60 * MINUTE },
  finishedAt: NOW - 70 * 60 * MINUTE,
};

type Answer = { status: number; body: unknown };

/** What `jobs` prints and returns against a Worker that answers so; every request is recorded. */
async function jobsCommand(command: QueueCommand, answer: Answer, json = false) {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    const type = answer.status < 400 ? "application/json" : "application/problem+json";
    response.writeHead(answer.status, { "content-type": type }).end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const serviceUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const printed = { out: [] as string[], err: [] as string[] };
  const output = {
    out: (text: string) => void printed.out.push(text),
    err: (text: string) => void printed.err.push(text),
  };
  const client = createOperatorClient({ serviceUrl, adminApiKey: "the-key" });
  const code = await queue(command, { json, now: NOW }, client, output);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return { code, out: printed.out.join(""), err: printed.err.join(""), requests };
}

describe("ladderlock queue", () => {
  it("lists jobs as a table, one line each whatever a reason holds", async () => {
    const { code, out, requests } = await jobsCommand(
      { verb: "list", filter: { state: "FAILED", kind: undefined, videoPostId: "post 1" } },
      { status: 200, body: { jobs: [RUNNING, FAILED] } },
    );
    expect(code).toBe(0);
    expect(requests).toEqual(["GET /api/v2/jobs?state=FAILED&videoPostId=post+1 Bearer the-key"]);
    expect(out).toBe(`\
JOB     KIND       POST    PART  STATE    STAGE     DONE  ATTEMPT     AGE  WHY
0199-a  TRANSCODE  post-1     0  RUNNING  ENCODING  41 %      2/5  10 min
0199-b  ENCRYPT    post-1     1  FAILED                       5/5     3 d  The object store could not read.
`);
  });

  it("reports that there are none", async () => {
    const { out } = await jobsCommand({ verb: "list", filter: {} }, { status: 200, body: { jobs: [] } });
    expect(out).toBe("No jobs.\n");
  });

  it("shows one job with all of its fields", async () => {
    const { out, requests } = await jobsCommand({ verb: "show", jobId: "0199-a" }, { status: 200, body: RUNNING });
    expect(requests).toEqual(["GET /api/v2/jobs/0199-a Bearer the-key"]);
    expect(out).toBe(`\
job:         0199-a
kind:        TRANSCODE
post:        post-1
part:        0
state:       RUNNING
attempt:     2 of 5, claim 3
stage:       ENCODING, 41 %
speed:       2.94 x real time, 88 frames/s
left:        2 min
holder:      vm-1/42
lease until: 2026-03-01T12:00:40.000Z (in 40 s)
created:     2026-03-01T11:50:00.000Z (10 min ago)
started:     2026-03-01T11:51:00.000Z (9 min ago)
`);
  });

  it("prints JSON for programs", async () => {
    const { out } = await jobsCommand({ verb: "show", jobId: "0199-a" }, { status: 200, body: RUNNING }, true);
    expect(JSON.parse(out)).toEqual(RUNNING);
  });

  it("queues a dead letter again", async () => {
    const { out, requests } = await jobsCommand({ verb: "retry", jobId: "0199-b" }, { status: 202, body: FAILED });
    expect(requests).toEqual(["POST /api/v2/jobs/0199-b/retry Bearer the-key"]);
    expect(out).toBe("Queued again, with 5 attempts.\n");
  });

  it("queues a new job for a cancelled one, and names it", async () => {
    const { out } = await jobsCommand({ verb: "retry", jobId: "cancelled" }, { status: 202, body: FAILED });
    expect(out).toBe(`Queued as job ${FAILED.jobId}, with 5 attempts.\n`);
  });

  it.each([
    ["cancelled", "Cancelled.\n"],
    ["requested", "Cancelled. Its processor stops with its next heartbeat.\n"],
  ])("cancels: %s", async (outcome, text) => {
    const { out, requests } = await jobsCommand({ verb: "cancel", jobId: "a/b" }, { status: 202, body: { outcome } });
    expect(requests).toEqual(["POST /api/v2/jobs/a%2Fb/cancel Bearer the-key"]);
    expect(out).toBe(text);
  });

  it("ends with 1 and the Worker's reason when it is refused", async () => {
    const body = { title: "Not possible in this state", code: "wrong-state", detail: "the job is RUNNING, not FAILED" };
    const { code, out, err } = await jobsCommand({ verb: "retry", jobId: "0199-a" }, { status: 409, body });
    expect([code, out]).toEqual([1, ""]);
    expect(err).toBe("The video service answered 409: Not possible in this state: the job is RUNNING, not FAILED.\n");
  });

  it("ends with 75 when the Worker does not answer properly, or not at all", async () => {
    const { code, err } = await jobsCommand(
      { verb: "show", jobId: "x" },
      { status: 503, body: { title: "Later", code: "unavailable" } },
    );
    expect([code, err]).toEqual([75, "The video service answered 503: Later.\n"]);
    const client = createOperatorClient({ serviceUrl: "http://127.0.0.1:9", adminApiKey: "the-key" });
    const silent = { out: () => {}, err: () => {} };
    expect(await queue({ verb: "show", jobId: "x" }, { json: false, now: NOW }, client, silent)).toBe(75);
  });
});
