import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ListeningServer } from "../listening-server.ts";
import { createLogger } from "../log.ts";
import { startLauncherServer } from "./launcher-server.ts";
import { createRunList, type RunEnd, type RunList } from "./run-list.ts";

const TOKEN = "a-token-of-the-launcher-and-its-worker";

type FakeProcess = { jobId: string; signals: NodeJS.Signals[]; end(end: RunEnd): void };

let processes: FakeProcess[];
/** What comes after the time to stop. */
let overdue: (() => void)[];
let runs: RunList;
let server: ListeningServer;

beforeEach(async () => {
  processes = [];
  overdue = [];
  runs = createRunList({
    ...{ maxProcesses: 2, stopMs: 20_000, remember: 2, log: createLogger({ level: "silent", secrets: [] }) },
    later: (_ms, work) => {
      overdue.push(work);
      return () => overdue.splice(overdue.indexOf(work), 1);
    },
    start: ({ jobId }) => {
      const ended = Promise.withResolvers<RunEnd>();
      const signals: NodeJS.Signals[] = [];
      processes.push({ jobId, signals, end: ended.resolve });
      return { end: ended.promise, signal: (signal) => void signals.push(signal) };
    },
  });
  server = await startLauncherServer({ host: "127.0.0.1", port: 0, token: TOKEN, runs });
});

afterEach(() => server[Symbol.asyncDispose]());

async function ask(method: string, path: string, body?: unknown, authorization: string | null = `Bearer ${TOKEN}`) {
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
    method,
    headers: authorization === null ? {} : { authorization },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

const launch = (launchId: string, jobId = `job-${launchId}`) => ask("POST", "/launches", { launchId, jobId });

describe("the local launcher", () => {
  it("starts a process for a launch, once however often the launch is repeated", async () => {
    const run = { launchId: "l1", jobId: "job-l1", state: "running", reason: null, exitCode: null };
    expect(await launch("l1")).toMatchObject({ status: 201, body: run });
    expect(await launch("l1")).toMatchObject({ status: 200, body: run });
    expect(processes.map(({ jobId }) => jobId)).toEqual(["job-l1"]);
    processes[0]!.end({ exitCode: 0, reason: null });
    expect(await launch("l1")).toMatchObject({ status: 200, body: { ...run, state: "ended", exitCode: 0 } });
    expect(await launch("l1", "another-job")).toMatchObject({ status: 409, body: { code: "conflict" } });
    expect(processes).toHaveLength(1);
  });

  it("refuses launches beyond its processes, and takes them again when one has ended", async () => {
    for (const id of ["l1", "l2"]) expect((await launch(id)).status).toBe(201);
    const refused = await launch("l3");
    expect(refused).toMatchObject({ status: 503, body: { code: "capacity" } });
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    processes[0]!.end({ exitCode: 75, reason: null });
    expect((await launch("l3")).status).toBe(201);
  });

  it("lists all runs, or those that are asked about, and leaves out what it does not know", async () => {
    for (const id of ["l1", "l2"]) await launch(id);
    processes[0]!.end({ exitCode: null, reason: "ended by SIGKILL" });
    const ids = (body: unknown) => (body as { runs: { launchId: string }[] }).runs.map(({ launchId }) => launchId);
    expect(ids((await ask("GET", "/launches")).body)).toEqual(["l1", "l2"]);
    const some = await ask("GET", "/launches?launchId=l1&launchId=l9");
    expect(some.body).toMatchObject({ runs: [{ launchId: "l1", state: "ended", reason: "ended by SIGKILL" }] });
    expect(ids(some.body)).toEqual(["l1"]);
  });

  it("forgets the oldest of the runs that have ended", async () => {
    for (const id of ["l1", "l2", "l3", "l4"]) {
      await launch(id);
      processes.at(-1)!.end({ exitCode: 0, reason: null });
    }
    await expect.poll(() => runs.all().map(({ launchId }) => launchId)).toEqual(["l3", "l4"]);
  });

  it("stops a run with SIGTERM, and with SIGKILL when it does not end in time", async () => {
    await launch("l1");
    for (let n = 0; n < 2; n++) expect((await ask("DELETE", "/launches/l1")).status).toBe(202);
    expect(processes[0]!.signals).toEqual(["SIGTERM"]);
    for (const work of overdue) work();
    expect(processes[0]!.signals).toEqual(["SIGTERM", "SIGKILL"]);
    processes[0]!.end({ exitCode: null, reason: "ended by SIGKILL" });
    await expect.poll(() => overdue).toEqual([]);
    expect((await ask("DELETE", "/launches/l1")).body).toMatchObject({ state: "ended" });
    expect(processes[0]!.signals).toHaveLength(2);
    expect(await ask("DELETE", "/launches/l9")).toMatchObject({ status: 404, body: { code: "not-found" } });
  });

  it("starts nothing more when it ends, and ends when every run has", async () => {
    await launch("l1");
    let isClosed = false;
    const closed = runs.close().then(() => {
      isClosed = true;
    });
    expect(await launch("l2")).toMatchObject({ status: 503, body: { code: "capacity" } });
    expect([processes[0]!.signals, isClosed]).toEqual([["SIGTERM"], false]);
    processes[0]!.end({ exitCode: 75, reason: null });
    await closed;
  });

  it.each([null, "", "Bearer", `Bearer ${TOKEN}x`, `Basic ${TOKEN}`, TOKEN])(
    "answers 401 to the credentials %j, on every path",
    async (authorization) => {
      for (const [method, path] of [
        ["POST", "/launches"],
        ["GET", "/launches"],
        ["DELETE", "/launches/l1"],
        ["GET", "/other"],
      ] as const) {
        const body = method === "POST" ? { launchId: "l1", jobId: "j1" } : undefined;
        const answer = await ask(method, path, body, authorization);
        expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
        expect(JSON.stringify(answer.body)).not.toContain(TOKEN);
      }
      expect(processes).toEqual([]);
    },
  );

  it.each([
    ["a body that is no JSON", "POST", "/launches", "{", 400],
    ["no body", "POST", "/launches", "", 400],
    ["a body that is no object", "POST", "/launches", [], 422],
    ["a missing jobId", "POST", "/launches", { launchId: "l1" }, 422],
    ["an unknown field", "POST", "/launches", { launchId: "l1", jobId: "j1", image: "x" }, 422],
    ["an option as job", "POST", "/launches", { launchId: "l1", jobId: "--help" }, 422],
    ["an empty launchId", "POST", "/launches", { launchId: "", jobId: "j1" }, 422],
    ["a path as launchId", "POST", "/launches", { launchId: "../l1", jobId: "j1" }, 422],
    ["a very long id", "POST", "/launches", { launchId: "l".repeat(101), jobId: "j1" }, 422],
    ["a large body", "POST", "/launches", JSON.stringify({ launchId: "l1", jobId: "j".repeat(9000) }), 413],
    ["a query where none is", "POST", "/launches?force=1", { launchId: "l1", jobId: "j1" }, 422],
    ["another query", "GET", "/launches?state=running", undefined, 422],
    ["a wrong launchId in a query", "GET", "/launches?launchId=%00", undefined, 422],
    ["too many ids", "GET", `/launches?${"launchId=l1&".repeat(51)}`, undefined, 422],
    ["another path", "GET", "/", undefined, 404],
    ["another method", "PUT", "/launches", undefined, 405],
    ["another method of a run", "GET", "/launches/l1", undefined, 405],
  ])("refuses %s, and starts nothing", async (_name, method, path, body, status) => {
    expect((await ask(method, path, body)).status).toBe(status);
    expect(processes).toEqual([]);
  });
});
