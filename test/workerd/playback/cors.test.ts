import { describe, expect, it, vi } from "vitest";
import edge from "../../../edge/index.ts";
import { testEnv } from "../support/test-env.ts";
import { ORIGIN, startWorker } from "../support/worker.ts";

const worker = startWorker();

/** As a browser asks; the names are in the order and spelling in which it sends them. */
async function preflight(path: string, method: string, headers: string | null) {
  const asked = { origin: "https://site.example", "access-control-request-method": method };
  const more = headers === null ? {} : { "access-control-request-headers": headers };
  const response = await worker.fetch(path, { method: "OPTIONS", headers: { ...asked, ...more } });
  expect(response.status).toBe(204);
  return response.headers;
}

const PATHS = ["/video/enc/key", "/video/enc/segments/a/seg_00001.ts", "/api/v2/uploads", "/nowhere"];

describe("a preflight", () => {
  it.each(PATHS)("of %s allows the headers that are asked for", async (path) => {
    const asked = "cmcd-object,cmcd-request,cmcd-session,cmcd-status,range,sentry-trace,traceparent";
    const headers = await preflight(path, "GET", asked);
    expect(headers.get("access-control-allow-headers")).toBe(asked.replaceAll(",", ", "));
    expect(headers.get("access-control-allow-origin")).toBe("*");
    expect(headers.get("vary")).toBe("Access-Control-Request-Headers");
    expect(headers.get("access-control-max-age")).toBe("86400");
    expect(headers.get("access-control-allow-credentials")).toBeNull();
  });

  it("allows every method that has a route", async () => {
    for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]) {
      expect((await preflight("/api/v2/uploads", method, null)).get("access-control-allow-methods")).toContain(method);
    }
  });

  it("names no headers where none are asked for", async () => {
    expect((await preflight("/video/enc/key", "GET", null)).get("access-control-allow-headers")).toBeNull();
  });

  it.each([
    ["x-good, x bad", "x-good"],
    ["x-good,,x(bad),", "x-good"],
    ["x-good;q=1", null],
    [`x-good,${"x".repeat(101)}`, "x-good"],
    ['"x-bad"', null],
  ])("leaves out what is no name of a header: %s", async (asked, allowed) => {
    expect((await preflight("/video/enc/key", "GET", asked)).get("access-control-allow-headers")).toBe(allowed);
  });

  it("repeats at most 100 names", async () => {
    const asked = Array.from({ length: 300 }, (_, n) => `x-${n}`).join(",");
    const allowed = (await preflight("/video/enc/key", "GET", asked)).get("access-control-allow-headers");
    expect(allowed?.split(", ")).toHaveLength(100);
  });
});

describe("a Worker without its settings", () => {
  const execution = { waitUntil() {}, passThroughOnException() {}, props: {} } as unknown as ExecutionContext;
  const ask = (init?: RequestInit) =>
    edge.fetch(
      new Request(`${ORIGIN}/video/enc/key`, init) as Parameters<typeof edge.fetch>[0],
      { ...testEnv, ADMIN_API_KEY: undefined } as never,
      execution,
    );

  it("answers with CORS and Cache-Control, so that a page can read why", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const response = await ask();
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([500, "misconfigured"]);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("cache-control")).toBe("no-store");
    const headers = { "access-control-request-method": "GET", "access-control-request-headers": "traceparent" };
    expect((await ask({ method: "OPTIONS", headers })).headers.get("access-control-allow-headers")).toBe("traceparent");
    log.mockRestore();
  });
});
