import { describe, expect, it } from "vitest";
import type { Health } from "./health.ts";
import { startMonitoringServer } from "./monitoring-server.ts";

const start = (health: Health["status"], port = 0) =>
  startMonitoringServer({
    ...{ host: "127.0.0.1", port, metrics: async () => "a_metric 1\n" },
    health: () => ({ status: health, runningJobs: 1, lastClaimSeconds: 3 }),
  });

describe("the monitoring server", () => {
  it.each([
    ["ok", 200],
    ["stuck", 503],
    ["stopping", 503],
  ] as const)("answers /healthz of a processor that is %s with %d", async (status, code) => {
    await using server = await start(status);
    const response = await fetch(`http://127.0.0.1:${server.port}/healthz`);
    expect([response.status, await response.json()]).toEqual([code, { status, runningJobs: 1, lastClaimSeconds: 3 }]);
  });

  it("answers /metrics in Prometheus' text format", async () => {
    await using server = await start("ok");
    const response = await fetch(`http://127.0.0.1:${server.port}/metrics?x=1`);
    expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(await response.text()).toBe("a_metric 1\n");
  });

  it("serves nothing else, and changes nothing", async () => {
    await using server = await start("ok");
    expect((await fetch(`http://127.0.0.1:${server.port}/`)).status).toBe(404);
    expect((await fetch(`http://127.0.0.1:${server.port}/metrics`, { method: "POST" })).status).toBe(405);
  });

  it("throws when its port is taken", async () => {
    await using server = await start("ok");
    await expect(start("ok", server.port)).rejects.toThrow(/EADDRINUSE/);
  });
});
