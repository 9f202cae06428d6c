import { describe, expect, it } from "vitest";
import { testEnv } from "../support/test-env.ts";

const TEXTS = import.meta.glob("../../../docs/**/*.md", { query: "?raw", import: "default", eager: true });
const PAGES = Object.entries(TEXTS).map(([path, text]) => ({ path: path.replace("../../..", ""), text }));

const fetchAsset = (path: string) => testEnv.ASSETS.fetch(new URL(path, "https://assets.example"));

const headersOf = ({ headers }: Response) => [headers.get("content-type"), headers.get("cache-control")];

/** Where the links of a page lead on the same origin. */
function linksOf({ path, text }: { readonly path: string; readonly text: string }): string[] {
  const targets = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map((match) => match[1]!);
  return targets.map((target) => new URL(target, `https://assets.example${path}`).pathname);
}

describe("the static assets", () => {
  it("have every page of docs/ as Markdown that browsers revalidate", async () => {
    expect(PAGES.length).toBeGreaterThan(20);
    for (const { path, text } of PAGES) {
      const response = await fetchAsset(path);
      expect(headersOf(response), path).toEqual(["text/markdown; charset=utf-8", "public, max-age=0, must-revalidate"]);
      expect(await response.text(), path).toBe(text);
    }
  });

  it("have an llms.txt with one line for each page", async () => {
    const response = await fetchAsset("/llms.txt");
    expect(headersOf(response)).toEqual(["text/plain; charset=utf-8", "public, max-age=0, must-revalidate"]);
    const text = await response.text();
    expect(text).toMatch(/^# ladderlock\n\n> .+\n\n## Documentation\n\n- \[.+\]\(\/docs\/.+\): .+\n/);
    const listed = [...text.matchAll(/^- \[[^\]]+\]\((\/docs\/[^)]+)\)/gm)].map((match) => match[1]!);
    expect(listed.toSorted()).toEqual(PAGES.map(({ path }) => path).toSorted());
  });

  it("have what the pages link to", async () => {
    const links = [...new Set(PAGES.flatMap(linksOf))];
    expect(links).toContain("/SECURITY.md");
    const missing = await Promise.all(
      links.map(async (path) => ((await fetchAsset(path)).status === 200 ? [] : [path])),
    );
    expect(missing.flat()).toEqual([]);
  });
});
