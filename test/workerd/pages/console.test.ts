import { describe, expect, it } from "vitest";
import { testEnv } from "../support/test-env.ts";
import { startWorker } from "../support/worker.ts";

async function page(path: string, settings = {}) {
  const response = await startWorker(settings).fetch(path);
  return { status: response.status, headers: response.headers, html: await response.text() };
}

const asset = (path: string) => testEnv.ASSETS.fetch(new URL(path, "https://assets.example"));

describe("the console", () => {
  it.each(["/console", "/console/", "/console/posts", "/console/posts/x/parts/0?tab=keys"])(
    "is at %s",
    async (path) => {
      const { status, headers, html } = await page(path);
      expect(status).toBe(200);
      expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
      expect(html).toContain('<div id="console">');
      // It names the newest scripts, and no other origin's page may read it.
      expect(headers.get("cache-control")).toBe("no-cache");
      expect(headers.get("access-control-allow-origin")).toBeNull();
    },
  );

  it("has a policy that allows this origin only, and segments", async () => {
    const policy = (await page("/console")).headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).toContain("connect-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
    const elsewhere = await page("/console", { PLAYBACK_BASE_URL: "https://segments.example/hls" });
    const policyWithSegments = elsewhere.headers.get("content-security-policy");
    expect(policyWithSegments).toContain("connect-src 'self' https://segments.example;");
    expect(policyWithSegments).toContain("media-src 'self' blob: https://segments.example;");
  });

  it("has nothing inline, and scripts and styles that are there and never change", async () => {
    const { html } = await page("/console");
    expect(html).not.toMatch(/<script(?![^>]* src=)|<style| style=| on\w+=/);
    const links = [...html.matchAll(/ (?:href|src)="([^"]+)"/g)].map((match) => match[1]!);
    const own = links.filter((link) => link.startsWith("/console-assets/"));
    expect(own.length).toBeGreaterThan(1);
    for (const link of own) {
      const { status, headers } = await asset(link);
      expect(status, link).toBe(200);
      expect(headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    }
  });

  it("answers 404, not the page, for a script of an earlier deployment", async () => {
    expect((await asset("/console-assets/page-OLD00000.js")).status).toBe(404);
    expect((await startWorker().fetch("/console-assets/page-OLD00000.js")).status).toBe(404);
  });

  it("keeps its page out of caches, and unusable where the policy of the console is missing", async () => {
    const { headers } = await asset("/console-assets/page");
    expect(headers.get("cache-control")).toBe("no-cache");
    expect(headers.get("content-security-policy")).toBe("default-src 'none'");
  });
});
