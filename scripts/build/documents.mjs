import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { llmsText } from "./llms-text.mjs";
import { DIST, ROOT, writeChanged } from "./static-assets.mjs";

/** Documents outside of docs/ that its pages link to. */
const BESIDE = ["CHANGELOG.md", "SECURITY.md"];

/** Every page of docs/ as Markdown, at its path in the repository, with its pictures, and /llms.txt, which lists them; the description of the API as /openapi.json and /reference. */
export function buildDocuments() {
  const pages = [...filesBelow(join(ROOT, "docs"), ".md").map((name) => `docs/${name}`), ...BESIDE];
  const texts = Object.fromEntries(pages.map((path) => [path, readFileSync(join(ROOT, path), "utf8")]));
  for (const [path, text] of Object.entries(texts)) writeChanged(join(DIST, path), text);
  for (const name of filesBelow(join(DIST, "docs"), ".md")) {
    if (texts[`docs/${name}`] === undefined) rmSync(join(DIST, "docs", name), { force: true });
  }
  for (const name of filesBelow(join(ROOT, "docs"), ".png")) {
    writeChanged(join(DIST, "docs", name), readFileSync(join(ROOT, "docs", name)));
  }
  // Made from the definitions of the routes by `npm run docs`.
  writeChanged(join(DIST, "openapi.json"), readFileSync(join(ROOT, "docs/openapi.json")));
  writeChanged(join(DIST, "reference.html"), readFileSync(join(ROOT, "docs/reference.html")));
  writeChanged(join(DIST, "llms.txt"), llmsText(readFileSync(join(ROOT, "README.md"), "utf8"), texts));
}

/**
 * @param {string} folder
 * @param {string} ending
 */
function filesBelow(folder, ending) {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => name.replaceAll("\\", "/"));
  return names.filter((name) => name.endsWith(ending)).sort();
}
