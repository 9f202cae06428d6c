import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { type Part, type Stack, startStack } from "../e2e/stack.ts";
import { generateClip } from "../fixtures/media/generate-clip.ts";
import { launchChromium } from "./chromium.ts";

/* A published clip, a browser, and a site of another origin that embeds the player. */

export const LADDER = ["1080p", "720p", "480p", "360p"];
export const CLIP_SECONDS = 24;

export type Request = { readonly path: string; readonly query: URLSearchParams; readonly status: number };

export type Stage = {
  readonly stack: Stack;
  readonly part: Part;
  readonly browser: Browser;
  readonly siteOrigin: string;
  /** Opens a page of the site, and listens to what it asks the Worker for. */
  open(html: string, functions?: Record<string, (argument: never) => unknown>): Promise<StagePage>;
  close(): Promise<void>;
};

export type StagePage = {
  readonly page: Page;
  readonly answers: readonly Request[];
  /** Script errors, and violations of the page's security policy. */
  readonly complaints: readonly string[];
  /** Qualities whose keys were served, in the order of the answers. */
  keys(): string[];
};

/** Files of packages that pages of the site import, by their paths on the site. */
const PACKAGES = join(import.meta.dirname, "../../node_modules");

/** `film`: instead of a generated clip, which is square. */
export async function startStage(
  settings: Record<string, string> = {},
  film?: { readonly path: string; readonly title: string },
): Promise<Stage> {
  const directory = await mkdtemp(join(tmpdir(), "ladderlock-player-"));
  const pages = new Map<string, string>();
  const site = createServer(async (request, response) => {
    const path = new URL(request.url ?? "/", "http://site").pathname;
    const html = pages.get(path);
    const script = html === undefined ? await readFile(join(PACKAGES, path)).catch(() => null) : null;
    response.setHeader("content-type", html === undefined ? "text/javascript" : "text/html");
    response.statusCode = html === undefined && script === null ? 404 : 200;
    response.end(html ?? script ?? "");
  });
  await new Promise<void>((listening) => site.listen(0, "127.0.0.1", listening));
  const siteOrigin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  const [stack, browser] = await Promise.all([startStack({ settings }), launchChromium()]);
  const clip = join(directory, "clip.mp4");
  // A square has fewer pixels than a wide picture of as many lines.
  const square = { path: clip, size: "1080x1080", frameRate: "5", seconds: CLIP_SECONDS, sound: true };
  if (film === undefined) await generateClip(square);
  const part = await stack.ingest(film?.path ?? clip, { title: film?.title ?? "A clip" });

  return {
    ...{ stack, part, browser, siteOrigin },
    async open(html, functions = {}) {
      const context = await browser.newContext({ viewport: { width: 900, height: 620 } });
      context.setDefaultTimeout(40_000);
      const page = await context.newPage();
      const answers: Request[] = [];
      const complaints: string[] = [];
      page.on("response", (response) => {
        const { pathname, searchParams } = new URL(response.url());
        answers.push({ path: pathname, query: searchParams, status: response.status() });
      });
      page.on("pageerror", (error) => complaints.push(String(error)));
      page.on("console", (message) => {
        const text = message.text();
        if (message.type() === "error" && !text.startsWith("Failed to load resource")) complaints.push(text);
      });
      for (const [name, run] of Object.entries(functions)) await page.exposeFunction(name, run);
      const address = `/page-${pages.size}`;
      pages.set(address, html);
      await page.goto(`${siteOrigin}${address}`);
      const keys = () =>
        answers
          .filter(({ path: asked, status }) => asked === "/video/enc/key" && status === 200)
          .map(({ query }) => query.get("quality") ?? "");
      return { page, answers, complaints, keys };
    },
    async close() {
      await browser.close();
      site.close();
      await stack.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
