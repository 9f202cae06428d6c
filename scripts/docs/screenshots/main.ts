// npm run docs -- --screenshots [player|watch|operator|editor ...]: the pictures of docs/, each of the real page in Chromium.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runInForeground } from "../../setup/child.mjs";
import { playerPictures, watchPicture } from "./film-pictures.ts";
import { openFilmStage } from "./film-stage.ts";
import { writePicture } from "./write-picture.ts";

const ROOT = join(import.meta.dirname, "../../..");
const DOCS = join(ROOT, "docs");
/** Those of the console are made by its tests, which know how to get to each page. */
const CONSOLE_TESTS = {
  editor: "test/browser/console-editor",
  operator: "test/browser/console-operator",
} as const;
const KINDS = ["player", "watch", "editor", "operator"] as const;
type Kind = (typeof KINDS)[number];

const asked = process.argv.slice(2);
const unknown = asked.filter((kind) => !KINDS.includes(kind as Kind));
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(", ")}. Name some of ${KINDS.join(", ")}, or none of them for all.`);
  process.exit(64);
}
const wanted = new Set<Kind>(asked.length === 0 ? KINDS : (asked as Kind[]));

if (wanted.has("player") || wanted.has("watch")) await ofFilm();
for (const kind of ["editor", "operator"] as const) {
  if (!wanted.has(kind)) continue;
  const startedAt = Date.now();
  const args = ["node_modules/vitest/vitest.mjs", "run", "--project", "e2e", CONSOLE_TESTS[kind]];
  const code = await runInForeground(process.execPath, args, { cwd: ROOT, env: { ...process.env, SCREENSHOTS: "1" } });
  if (code !== 0) process.exit(code);
  for (const name of readdirSync(DOCS).filter((file) => /^console-.*\.png$/.test(file))) {
    const path = join(DOCS, name);
    if (statSync(path).mtimeMs >= startedAt) await writePicture(path, readFileSync(path));
  }
}

async function ofFilm(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "ladderlock-screenshots-"));
  try {
    const stage = await openFilmStage(folder);
    try {
      if (wanted.has("player")) await playerPictures(stage);
      if (wanted.has("watch")) await watchPicture(stage);
    } finally {
      await stage.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
