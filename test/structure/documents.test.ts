import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { OUTSIDE } from "./layers.ts";
import { documentsOf, ROOT, readSourceFiles } from "./source-files.ts";

const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const DOCUMENTS = documentsOf();

/** Names of folders at the top that a document may mean; what it writes about others is not of this project. */
const TOP = "shared|edge|processor|scripts|infra|migrations|test|bench|docs";
/** In backticks, with a file's ending or the slash of a folder, and without a placeholder. */
const PATH = new RegExp(`\`((?:${TOP})/[\\w./*-]*(?:\\.(?:ts|tsx|mjs|sql|md|json)|/))\``, "g");
const LINK = /\]\((?!https?:|#)([^)#\s]+)/g;

function pathsNamedIn(document: string): string[] {
  const text = read(document);
  const links = [...text.matchAll(LINK)].map((match) => join(dirname(document), match[1]!));
  return [...links, ...[...text.matchAll(PATH)].map((match) => match[1]!)];
}

/** What is made while the project is built. */
const MADE = /^edge\/dist\//;

function exists(path: string): boolean {
  if (!path.includes("*")) return MADE.test(path) || existsSync(join(ROOT, path));
  const pattern = new RegExp(`^${path.split("/").at(-1)!.replaceAll(".", "\\.").replaceAll("*", ".*")}$`);
  return (
    existsSync(join(ROOT, dirname(path))) && readdirSync(join(ROOT, dirname(path))).some((name) => pattern.test(name))
  );
}

/** Longer cells are read twice: a list or a paragraph says it better. */
const MOST_WORDS = 25;

/** Cells of the tables of a document, without blocks of code. */
function tableCells(text: string): string[] {
  const rows = text.replaceAll(/^```[\s\S]*?^```/gm, "").match(/^\|.*\|$/gm) ?? [];
  return rows.flatMap((row) => row.slice(1, -1).split(/(?<!\\)\|/)).map((cell) => cell.trim());
}

describe("the documents", () => {
  it("name and link no file of this project that does not exist", () => {
    const named = DOCUMENTS.flatMap((document) => pathsNamedIn(document).map((path) => [document, path] as const));
    expect(named.length).toBeGreaterThan(100);
    expect(named.filter(([, path]) => !exists(path)).map((pair) => pair.join(": "))).toEqual([]);
  });

  it("name no setting, state or constant that nothing in the project has", () => {
    const files = ["wrangler.toml", "Dockerfile", "compose.yaml", "fly.toml", "package.json"].map(read);
    const code = [
      ...readSourceFiles(["shared", "console", "player", "examples", "edge", "processor", "cli", ...OUTSIDE]).map(
        ({ text }) => text,
      ),
      ...files,
    ];
    const known = new Set(code.join("\n").match(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g));
    // sources.md is about the names of other systems; the changelog also names what is gone.
    const documents = DOCUMENTS.filter((path) => !["docs/sources.md", "CHANGELOG.md"].includes(path));
    const unknown = documents.flatMap((path) => {
      const text = read(path);
      const names = new Set(text.match(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g));
      const ofTheReader = (name: string) => text.includes(`$${name}`);
      return [...names].filter((name) => !known.has(name) && !ofTheReader(name)).map((name) => `${path}: ${name}`);
    });
    expect(unknown).toEqual([]);
  });

  it(`has at most ${MOST_WORDS} words in a table cell`, () => {
    const long = DOCUMENTS.flatMap((path) =>
      tableCells(read(path))
        .filter((cell) => cell.split(/\s+/).length > MOST_WORDS)
        .map((cell) => `${path}: ${cell}`),
    );
    expect(long).toEqual([]);
  });

  it("have each document of docs/ in the README, once", () => {
    const rows = read("README.md")
      .split("\n")
      .filter((line) => line.startsWith("| [docs/"));
    const listed = rows.map((row) => /\((docs\/[^)]+)\)/.exec(row)![1]!);
    const expected = DOCUMENTS.filter((path) => /^docs\/(?:[^/]+|decisions\/README)\.md$/.test(path));
    expect(listed.toSorted()).toEqual(expected.toSorted());
  });

  it("have an index of the decisions with every record, its number and its title", () => {
    const records = DOCUMENTS.filter((path) => /^docs\/decisions\/\d/.test(path)).toSorted();
    const rows = records.map((path) => {
      const [, number, title] = /^# (\d{4}): (.+)$/m.exec(read(path))!;
      expect(path).toContain(`/${number}-`);
      expect(read(path).trimEnd().split("\n").length, path).toBeLessThanOrEqual(40);
      return `| [${number}](${path.split("/").at(-1)}) | ${title} |`;
    });
    const index = read("docs/decisions/README.md").split("\n");
    expect(index.filter((line) => /^\| \[\d/.test(line))).toEqual(rows);
    expect(new Set(records.map((path) => path.slice(0, "docs/decisions/0000".length))).size).toBe(records.length);
  });
});
