import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LaunchOrder } from "../../../edge/launchers/launcher.ts";
import { local } from "../../../edge/launchers/local/local.ts";
import { startLauncherServer } from "../../../processor/launcher/launcher-server.ts";
import { createRunList, type RunEnd, type RunList } from "../../../processor/launcher/run-list.ts";
import type { ListeningServer } from "../../../processor/listening-server.ts";
import { createLogger } from "../../../processor/log.ts";

/* The adapter of the Worker and the service of `ladderlock launcher`, over HTTP; the processes are not real here. */

const TOKEN = "a-token-of-the-launcher-and-its-worker";
const NEVER = new AbortController().signal;

let ends: ((end: RunEnd) => void)[];
let runs: RunList;
let server: ListeningServer;

beforeEach(async () => {
  ends = [];
  runs = createRunList({
    ...{ maxProcesses: 1, stopMs: 60_000, log: createLogger({ level: "silent", secrets: [] }) },
    start: () => {
      const ended = Promise.withResolvers<RunEnd>();
      ends.push(ended.resolve);
      return {
        end: ended.promise,
        signal: (signal) => ended.resolve({ exitCode: null, reason: `ended by ${signal}` }),
      };
    },
  });
  server = await startLauncherServer({ host: "127.0.0.1", port: 0, token: TOKEN, runs });
});

afterEach(() => server[Symbol.asyncDispose]());

const launcher = (token = TOKEN) => local({ url: `http://127.0.0.1:${server.port}`, token }, { fetch, now: Date.now });

function order(launchId: string): LaunchOrder {
  const resources = { vcpus: 2, memoryMib: 4096, diskGib: 20, leastDiskGib: 20 };
  return { jobId: `job-of-${launchId}`, launchId, kind: "TRANSCODE", resources, region: null, sourceHost: null };
}

/** An adapter whose launcher answers every request like this. */
function answering(status: number, body: string, headers: Record<string, string> = {}) {
  return local(
    { url: "http://launcher", token: TOKEN },
    { fetch: async () => new Response(body, { status, headers }), now: Date.now },
  );
}

describe("the launcher local", () => {
  it("launches, describes and stops runs of `ladderlock launcher`", async () => {
    const launched = { kind: "launched", platformId: "l1" };
    expect(await launcher().launch(order("l1"), NEVER)).toEqual(launched);
    expect(await launcher().launch(order("l1"), NEVER)).toEqual(launched);
    expect(ends).toHaveLength(1);
    const running = { platformId: "l1", jobId: "job-of-l1", state: "running", reason: null, exitCode: null };
    expect(await launcher().describe(["l1", "gone"], NEVER)).toEqual([running]);
    await launcher().stop("l1", "the job was cancelled", NEVER);
    await expect
      .poll(() => launcher().describe(["l1"], NEVER))
      .toEqual([{ ...running, state: "ended", reason: "ended by SIGTERM" }]);
  });

  it("reports a full machine as a refusal for capacity, with the time to wait", async () => {
    await launcher().launch(order("l1"), NEVER);
    expect(await launcher().launch(order("l2"), NEVER)).toEqual({
      ...{ kind: "refused", cause: "capacity", retryAfterSeconds: 10 },
      reason: "HTTP 503: LAUNCHER_MAX_PROCESSES runs are running.",
    });
    expect(ends).toHaveLength(1);
  });

  it("reports another token as misconfigured, and never shows it", async () => {
    const refused = await launcher("another-token-than-that-of-the-launcher").launch(order("l1"), NEVER);
    expect(refused).toMatchObject({ kind: "refused", cause: "misconfigured", retryAfterSeconds: null });
    expect(JSON.stringify(refused)).toMatch(/401.*LOCAL_LAUNCHER_TOKEN/);
    expect(JSON.stringify(refused)).not.toContain("another-token");
  });

  it("asks about any number of runs", async () => {
    await launcher().launch(order("l1"), NEVER);
    const ids = Array.from({ length: 120 }, (_, n) => (n === 110 ? "l1" : `unknown-${n}`));
    expect((await launcher().describe(ids, NEVER)).map(({ platformId }) => platformId)).toEqual(["l1"]);
    expect(await launcher().describe([], NEVER)).toEqual([]);
  });

  it("counts a run that the launcher does not know as stopped, but not a path that is not there", async () => {
    await launcher().stop("unknown", "cancelled", NEVER);
    await expect(answering(404, "no such page").stop("l1", "cancelled", NEVER)).rejects.toThrow("answered 404");
  });

  it.each([
    [500, "", {}],
    [502, "bad gateway", {}],
    [503, "the proxy has no upstream", { "retry-after": "5" }],
    [504, "", {}],
    [408, "", {}],
  ])("throws at %d of something in between: whether a run was started is unknown", async (status, body, headers) => {
    const adapter = answering(status, body, headers as Record<string, string>);
    await expect(adapter.launch(order("l1"), NEVER)).rejects.toThrow(`answered ${status} to the request for a launch`);
  });

  it("throws at an answer that is none of the launcher's", async () => {
    await expect(answering(200, "<html>").launch(order("l1"), NEVER)).rejects.toThrow();
    await expect(answering(200, '{"runs": 1}').describe(["l1"], NEVER)).rejects.toThrow();
    await expect(answering(500, "").describe(["l1"], NEVER)).rejects.toThrow("answered 500");
  });

  it.each([
    [429, "", "throttled"],
    [302, "", "misconfigured"],
    [404, "not here", "misconfigured"],
    [422, '{"code":"invalid","detail":"x"}', "misconfigured"],
  ] as const)("takes %d for a refusal", async (status, body, cause) => {
    const adapter = answering(status, body, { "retry-after": "7" });
    expect(await adapter.launch(order("l1"), NEVER)).toMatchObject({
      ...{ kind: "refused", cause, retryAfterSeconds: 7 },
    });
  });

  it("ends with its signal", async () => {
    await expect(launcher().launch(order("l1"), AbortSignal.abort(new Error("too slow")))).rejects.toThrow("too slow");
  });
});
