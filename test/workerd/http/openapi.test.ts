import { describe, expect, it } from "vitest";
import DOCUMENT from "../../../docs/openapi.json";
import { routerPath } from "../../../edge/api/definition.ts";
import { createApp } from "../../../edge/app.ts";
import { ROUTES_BY_HAND } from "../../../scripts/docs/by-hand.ts";
import { checkResponse } from "../support/check-response.ts";
import { registeredRoutes } from "../support/route-samples.ts";
import { startWorker } from "../support/worker.ts";

const worker = startWorker({ DEMO_VIEWERS: "enabled" });

describe("docs/openapi.json", () => {
  it("names every route of the router, and no other", () => {
    const byHand = new Map(ROUTES_BY_HAND.map(({ path, registered }) => [path, registered]));
    const named = Object.entries(DOCUMENT.paths).flatMap(([path, operations]) => {
      const registered = byHand.get(path);
      return Object.keys(operations).map((method) => registered ?? `${method.toUpperCase()} ${routerPath(path)}`);
    });
    expect([...new Set(named)].toSorted()).toEqual(registeredRoutes(createApp(worker.context)));
  });
});

describe("the check of every response in these suites", () => {
  const json = (status: number, body: unknown, type = "application/json") =>
    new Response(JSON.stringify(body), { status, headers: { "content-type": type } });

  it("accepts what the definitions describe", async () => {
    const progress = { waiting: 0, queued: 0, underWay: 0, failed: 0, stopped: 0, migrated: 0, maxInFlight: 4 };
    await checkResponse("GET", "/admin/video/enc/migrate", json(200, progress));
    await checkResponse("POST", "/internal/jobs/claim", new Response(null, { status: 204 }));
    const problem = { type: "about:blank", title: "Not found", status: 404, code: "not-found" };
    await checkResponse("GET", "/api/v2/jobs/x", json(404, problem, "application/problem+json"));
  });

  it.each([
    ["an undescribed status", "GET", "/admin/video/enc/migrate", json(201, {})],
    ["a member too few", "POST", "/internal/garbage/check", json(200, {})],
    ["a member too many", "POST", "/internal/garbage/check", json(200, { uses: [], more: 1 })],
    ["a wrong type", "POST", "/internal/garbage/check", json(200, { uses: "garbage" })],
    ["a status of another answer", "POST", "/internal/jobs/x/release", json(200, {})],
    ["an undescribed problem", "GET", "/api/v2/jobs", json(404, { code: "key-unknown" }, "application/problem+json")],
    ["another media type of a refusal", "GET", "/api/v2/jobs", json(404, { code: "not-found" })],
  ])("refuses %s", async (_, method, path, response) => {
    await expect(checkResponse(method, path, response)).rejects.toThrow(path);
  });
});
