import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { OUTSIDE } from "./layers.ts";
import { documentsOf, isTest, ROOT, readSourceFiles } from "./source-files.ts";

/** Words for which there is a technical one, or that make a sentence hard to read: docs/glossary.md has the terms. */
const BANNED = [
  ...["tell", "tells", "told", "untold", "door", "doors", "whoever", "whom", "goes on", "go on", "begun", "anew"],
  ...["of its own", "of their own", "patience", "farewell", "condemned", "sort out", "sorts out", "put right"],
  ...["looks into", "look into", "given out", "gives out", "give out"],
];
const PATTERNS = [new RegExp(`\\b(?:${BANNED.join("|")})\\b`, "gi"), /\b[Jj]ob [ABC]\b/g];

/** Text that holds a banned word, and why it may. */
const EXCEPTIONS: readonly (readonly [file: RegExp, text: RegExp, reason: string])[] = [
  [/^docs\/sources\.md$/, /Job [ABC]\b/, "names of the documents that the page maps"],
  [/^edge\/audit\/|^shared\/application\//, /\bbegun\b/, "a field of the API, or of what a command returns"],
  [/^docs\/http-api\.md$|^docs\/migrating\.md$/, /"?\bbegun\b"?/, "a field of the API"],
  [/^CHANGELOG\.md$/, /.*/s, "entries of the past are not reworded"],
  [/^shared\/application\/commands\/continue-key-rotations\.ts$/, /"begun"/, "a step of the command"],
];

/** Words of a text that it may not have, with what stands around them. */
function wordsIn(file: string, text: string): string[] {
  return PATTERNS.flatMap((pattern) => [...text.matchAll(pattern)]).flatMap(({ index, 0: word }) => {
    const around = text.slice(Math.max(0, index - 30), index + word.length + 30);
    const excepted = EXCEPTIONS.some(([files, allowed]) => files.test(file) && allowed.test(around));
    return excepted ? [] : [`${file}: ${around.replaceAll(/\s+/g, " ")}`];
  });
}

/** String literals, templates and the text of JSX, without comments and import paths. */
function literalsOf(source: string): string[] {
  const code = source.replaceAll(COMMENT, "");
  const literals = code.matchAll(/"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`|>[^<>{}=;]+</g);
  return [...literals].map(([literal]) => literal).filter((literal) => !/^"(?:\.{1,2}|node:)?\//.test(literal));
}

const COMMENT = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$|\s\/\/ .*$/gm;

/** The titles of tests and of their groups. */
function titlesOf(source: string): string[] {
  const direct = /\b(?:it|describe|test)(?:\.\w+)?\(\s*("(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)/g;
  const each = /\)\(\s*("(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)/g;
  return [direct, each].flatMap((pattern) => [...source.matchAll(pattern)].map((match) => match[1]!));
}

/** This file has the words that it looks for. */
const SOURCES = readSourceFiles([
  "console",
  "player",
  "examples",
  "edge",
  "processor",
  "cli",
  "shared",
  ...OUTSIDE,
]).filter(({ path }) => path !== "test/structure/wording.test.ts");

describe("the wording", () => {
  it("of the documents is plain", () => {
    const documents = documentsOf();
    expect(documents.length).toBeGreaterThan(20);
    expect(documents.flatMap((path) => wordsIn(path, readFileSync(join(ROOT, path), "utf8")))).toEqual([]);
  });

  it("of texts in the code is plain", () => {
    const shipped = SOURCES.filter(({ path }) => /^(?:edge|processor|cli|shared)\//.test(path) && !isTest(path));
    const found = shipped.flatMap(({ path, text }) => literalsOf(text).flatMap((literal) => wordsIn(path, literal)));
    expect(found).toEqual([]);
  });

  it("of comments is plain", () => {
    const comments = SOURCES.flatMap(({ path, text }) =>
      (text.match(COMMENT) ?? []).map((one) => [path, one] as const),
    );
    expect(comments.length).toBeGreaterThan(1000);
    expect(comments.flatMap(([path, comment]) => wordsIn(path, comment))).toEqual([]);
  });

  it("of the titles of tests is plain", () => {
    const titles = SOURCES.flatMap(({ path, text }) => titlesOf(text).map((title) => [path, title] as const));
    expect(titles.length).toBeGreaterThan(500);
    expect(titles.flatMap(([path, title]) => wordsIn(path, title))).toEqual([]);
  });

  it("has no exception that nothing needs", () => {
    const texts = [
      ...documentsOf().map((path) => [path, readFileSync(join(ROOT, path), "utf8")] as const),
      ...SOURCES.map(({ path, text }) => [path, text] as const),
    ];
    const unused = EXCEPTIONS.filter(
      ([files, allowed]) => !texts.some(([path, text]) => files.test(path) && allowed.test(text)),
    );
    expect(unused).toEqual([]);
  });
});
