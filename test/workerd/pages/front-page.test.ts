import { describe, expect, it } from "vitest";
import { testEnv } from "../support/test-env.ts";
import { startWorker } from "../support/worker.ts";

async function frontPage(settings = {}) {
  const response = await startWorker(settings).fetch("/");
  return { status: response.status, headers: response.headers, html: await response.text() };
}

describe("the page at /", () => {
  it("is HTML for people, with the policy of the watch page and nothing inline", async () => {
    const { status, headers, html } = await frontPage();
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("text/html; charset=UTF-8");
    expect(headers.get("content-security-policy")).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(html).toMatch(/^<!doctype html><html lang="en">/);
    expect(html).not.toMatch(/<script|<style| style=| on\w+=/);
  });

  it("links to nothing that is not there", async () => {
    const { html } = await frontPage();
    const links = [...html.matchAll(/ (?:href|src)="([^"]+)"/g)].map((match) => match[1]!);
    expect(links).toEqual(expect.arrayContaining(["/reference", "/openapi.json", "/llms.txt", "/docs/http-api.md"]));
    const worker = startWorker();
    for (const link of new Set(links)) {
      const asset = await testEnv.ASSETS.fetch(new URL(link, "https://assets.example"));
      const { status } = asset.status === 404 ? await worker.fetch(link) : asset;
      expect(status, link).toBe(200);
    }
  });

  it("says that demo viewers are enabled where they are", async () => {
    expect((await frontPage()).html).not.toContain("Demo viewers");
    expect((await frontPage({ DEMO_VIEWERS: "enabled" })).html).toContain("Demo viewers are enabled");
  });

  it("answers other paths as before", async () => {
    const response = await startWorker().fetch("/nothing");
    expect(response.status).toBe(404);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
  });
});
