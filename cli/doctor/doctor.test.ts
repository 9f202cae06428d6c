import { describe, expect, it } from "vitest";
import type { Diagnostics } from "../../client/index.ts";
import { checkOutside } from "./check-outside.ts";
import { checkSegments } from "./check-segments.ts";
import { doctor } from "./doctor.ts";
import { describeFindings, exitCodeOf, notChecked, ok, problem, warning } from "./finding.ts";
import { judgeDiagnostics } from "./judge-diagnostics.ts";

const NOW = Date.UTC(2026, 10, 1, 12);
const MINUTE = 60_000;

const FACTS: Diagnostics = {
  version: "1.0.0",
  serverTime: NOW,
  database: "d1",
  bindings: [
    { name: "DB", required: true, state: "working", detail: null },
    { name: "WEBHOOKS", required: true, state: "present", detail: null },
  ],
  migrations: { newest: "0028_service_mark.sql", applied: 29, missing: [], unknown: [] },
  cronLastRunAt: NOW - MINUTE,
  queues: [],
  processors: { lastSeenAt: NOW - MINUTE, working: ["vm/1"], waiting: 0, waitingSince: null },
  secrets: [{ name: "ADMIN_API_KEY", weakness: null }],
  playback: { baseUrl: null, sampleSegment: null },
  demoViewers: false,
};

function judged(change: Partial<Diagnostics>, isLocal = false) {
  const findings = judgeDiagnostics({ ...FACTS, ...change }, { version: "1.0.0", isLocal });
  return findings.filter(({ result }) => result !== "ok").map(({ check, result }) => `${check}: ${result}`);
}

describe("the facts of the Worker", () => {
  const none = { lastSeenAt: null, working: [], waiting: 0, waitingSince: null };

  it.each<[string, Partial<Diagnostics>, string[]]>([
    ["all is well", {}, []],
    ["another release", { version: "0.9.0" }, ["version: warning"]],
    [
      "a missing binding",
      { bindings: [{ name: "DB", required: true, state: "missing", detail: null }] },
      ["bindings: problem"],
    ],
    [
      "a failing binding",
      { bindings: [{ name: "DB", required: true, state: "failing", detail: "gone" }] },
      ["bindings: problem"],
    ],
    ["a missing migration", { migrations: { ...FACTS.migrations, missing: ["0028.sql"] } }, ["migrations: problem"]],
    ["a newer migration", { migrations: { ...FACTS.migrations, unknown: ["0099.sql"] } }, ["migrations: warning"]],
    ["another tool", { migrations: { ...FACTS.migrations, applied: null } }, ["migrations: not-checked"]],
    ["no Cron Trigger", { cronLastRunAt: null }, ["cron: problem"]],
    ["a late Cron Trigger", { cronLastRunAt: NOW - 6 * MINUTE }, ["cron: problem"]],
    ["no processor and no job", { processors: none }, ["processors: warning"]],
    ["no processor and a job", { processors: { ...none, waiting: 1, waitingSince: NOW } }, ["processors: problem"]],
    ["one-shot processors, which never scan", { processors: { ...none, working: ["task/1"] } }, []],
    [
      "too few processors",
      { processors: { ...FACTS.processors, waiting: 3, waitingSince: NOW - 11 * MINUTE } },
      ["processors: warning"],
    ],
    ["a weak secret", { secrets: [{ name: "ADMIN_API_KEY", weakness: "readable" }] }, ["secrets: problem"]],
    ["demo viewers", { demoViewers: true }, ["demo viewers: warning"]],
  ])("mean, with %s, what they should", (_, change, expected) => {
    expect(judged(change)).toEqual(expected);
  });

  it("mean less on this machine, where no Cron Trigger runs and demo viewers are welcome", () => {
    expect(judged({ cronLastRunAt: null, demoViewers: true }, true)).toEqual(["cron: not-checked"]);
  });
});

describe("the exit code", () => {
  it("is that of the worst finding, and what was not checked counts for nothing", () => {
    const fine = [ok("a", "A."), notChecked("b", "B.")];
    expect(exitCodeOf(fine)).toBe(0);
    expect(exitCodeOf([...fine, warning("c", "C.", "Do.")])).toBe(2);
    expect(exitCodeOf([warning("c", "C.", "Do."), problem("d", "D.", "Do.")])).toBe(1);
    expect(exitCodeOf([{ ...problem("d", "D.", "Do."), result: "unreachable" }])).toBe(75);
  });

  it("comes with a line for each finding, and what to do below it", () => {
    expect(describeFindings([ok("a", "A."), problem("d", "D.", "Do this.")])).toBe(
      "ok           a: A.\nproblem      d: D.\n             -> Do this.\n\n1 problem, 0 warnings, 0 not checked, 1 ok\n",
    );
  });
});

describe("from outside", () => {
  const answering = (status: number, body: string, date: number) => async () =>
    new Response(body, { status, headers: { date: new Date(date).toUTCString() } });
  const outside = async (send: () => Promise<Response>, serviceUrl = "https://video.example") =>
    (await checkOutside({ serviceUrl, fetch: send as typeof fetch, now: () => NOW })).map(
      ({ check, result }) => `${check}: ${result}`,
    );

  it.each<[string, () => Promise<Response>, string[]]>([
    ["the Worker", answering(200, "ok", NOW), ["reachable: ok", "transport: ok", "clock: ok"]],
    [
      "a clock a minute behind",
      answering(200, "ok", NOW + MINUTE),
      ["reachable: ok", "transport: ok", "clock: warning"],
    ],
    [
      "a clock an hour ahead",
      answering(200, "ok", NOW - 60 * MINUTE),
      ["reachable: ok", "transport: ok", "clock: problem"],
    ],
    ["a missing setting", answering(500, '{"code":"misconfigured"}', NOW), ["reachable: problem"]],
    ["another site", answering(200, "<html>", NOW), ["reachable: unreachable"]],
    ["nothing", () => Promise.reject(new Error("ECONNREFUSED")), ["reachable: unreachable"]],
  ])("%s is seen", async (_, send, expected) => {
    expect(await outside(send)).toEqual(expected);
  });

  it("http is refused for an address that is not of this machine", async () => {
    expect(await outside(answering(200, "ok", NOW), "http://video.example")).toContain("transport: problem");
    expect(await outside(answering(200, "ok", NOW), "http://localhost:8787")).toContain("transport: ok");
  });
});

describe("a segment", () => {
  const PLAYBACK = { baseUrl: "https://segments.example/", sampleSegment: "p/0/j/360p/seg_00001.ts" };

  async function seen(headers: Record<string, string>, status = 200, playback: Diagnostics["playback"] = PLAYBACK) {
    const asked: string[] = [];
    const send = async (url: string) => {
      asked.push(url);
      return new Response("x", { status, headers });
    };
    const findings = await checkSegments({ serviceUrl: "https://video.example", playback }, send as typeof fetch);
    return { asked, results: findings.map(({ result }) => result) };
  }

  it("is asked for where players fetch it", async () => {
    expect((await seen({})).asked[0]).toBe("https://segments.example/p/0/j/360p/seg_00001.ts");
    const { asked } = await seen({}, 200, { ...PLAYBACK, baseUrl: null });
    expect(asked[0]).toBe("https://video.example/video/enc/segments/p/0/j/360p/seg_00001.ts");
  });

  it.each<[Record<string, string>, number, string[]]>([
    [{ "access-control-allow-origin": "*", "cf-cache-status": "HIT" }, 200, ["ok", "ok"]],
    [{ "access-control-allow-origin": "*", "cf-cache-status": "DYNAMIC" }, 200, ["ok", "warning"]],
    [{ "access-control-allow-origin": "*" }, 200, ["ok", "not-checked"]],
    [{ "cf-cache-status": "HIT" }, 200, ["problem", "ok"]],
    [{ "access-control-allow-origin": "https://one.example", "cf-cache-status": "HIT" }, 200, ["problem", "ok"]],
    [{ "access-control-allow-origin": "*" }, 403, ["problem", "not-checked"]],
  ])("with %j and %i is %j", async (headers, status, results) => {
    expect((await seen(headers, status)).results).toEqual(results);
  });
});

describe("a Worker that answers nothing but its health", () => {
  // Nothing listens there.
  const connection = { serviceUrl: "http://127.0.0.1:9", adminApiKey: "key" };
  const healthy = (async () => new Response("ok")) as typeof fetch;
  const run = async (signal: AbortSignal) => {
    const printed = { out: [] as string[], err: [] as string[] };
    const clock = { now: () => NOW, sleep: async () => {}, signal };
    const code = await doctor(
      { json: true, waitSeconds: 0 },
      { connection, version: "1.0.0", fetch: healthy, ...clock },
      { out: (text) => printed.out.push(text), err: (text) => printed.err.push(text) },
    );
    return { code, out: printed.out.join(""), err: printed.err.join("") };
  };

  it("is a finding, and the rest is not checked", async () => {
    const { code, out } = await run(new AbortController().signal);
    const { findings } = JSON.parse(out) as { findings: { check: string; result: string }[] };
    expect(code).toBe(75);
    expect(findings.filter(({ result }) => result === "unreachable").map(({ check }) => check)).toEqual(["API"]);
    expect(findings.find(({ check }) => check === "queues")?.result).toBe("not-checked");
  });

  it("ends with a sentence when the user stops it", async () => {
    const { code, out, err } = await run(AbortSignal.abort(new Error("stopped")));
    expect([code, out, err]).toEqual([75, "", "Stopped before everything was checked.\n"]);
  });
});
