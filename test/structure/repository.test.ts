import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { SLOW_FILES } from "../slow-files-first.ts";
import { OUTSIDE } from "./layers.ts";
import { isTest, ROOT, readSourceFiles } from "./source-files.ts";

const files = readSourceFiles(["shared", "console", "player", "examples", "edge", "processor", "cli", ...OUTSIDE]);

const MOST_LINES = 300;

/** Files that are longer, and why they are better in one piece. */
const LONGER: Readonly<Record<string, string>> = {
  "processor/adapters/download-url.test.ts": "one server, and every way in which it can let a download down",
  "shared/domain/job-outcomes/job-results.test.ts": "one life of a part, from transcode to rotation",
  "shared/domain/state-tables/state-table.test.ts": "one table, every state with every command",
  "test/contract/job-service.ts": "one suite over both implementations of the job service",
  "test/workerd/playback/playback.test.ts": "one viewer's way through playlists and segments",
  "test/workerd/posts/uploads.test.ts": "the sections of the tus protocol, in its order",
};

describe("a file of ours", () => {
  it(`has at most ${MOST_LINES} lines, unless it is listed`, () => {
    const long = files.filter(({ text }) => text.split("\n").length - 1 > MOST_LINES).map(({ path }) => path);
    expect(long.filter((path) => LONGER[path] === undefined)).toEqual([]);
    expect(
      Object.keys(LONGER).filter((path) => !long.includes(path)),
      "listed, but no longer long",
    ).toEqual([]);
  });

  it("is named in kebab-case after its content", () => {
    const names = files.map(({ path }) => path).filter((path) => path !== "edge/index.ts");
    expect(names.filter((path) => !/^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z]+)+$/.test(basename(path)))).toEqual([]);
    const vague = /(?:^|[/.-])(?:index|utils?|helpers?|common|misc)(?:[./-]|$)/;
    expect(names.filter((path) => vague.test(path))).toEqual([]);
  });

  it("has no exclusive and no unfinished test", () => {
    // Assembled, so that this file does not find itself.
    const marks = new RegExp(`\\b(?:it|describe|test)\\.(?:${["only", "todo"].join("|")})\\(`);
    expect(files.filter(({ path, text }) => (isTest(path) || path.startsWith("test/")) && marks.test(text))).toEqual(
      [],
    );
  });
});

describe("a file that starts first because it is slow", () => {
  it("exists", () => {
    expect(SLOW_FILES.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

describe("the migrations", () => {
  it("make no table that the schema does not know, and the other way round", () => {
    const folder = join(ROOT, "migrations/d1");
    const names = readdirSync(folder).filter((name) => name.endsWith(".sql"));
    const sql = names.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
    const dropped = [...sql.matchAll(/DROP TABLE `(\w+)`/g)].map((match) => match[1]!);
    const created = [...sql.matchAll(/CREATE TABLE `(\w+)`/g)].map((match) => match[1]!);
    const made = created.filter((table) => !dropped.includes(table));
    const schema = files.filter(({ path }) => path.startsWith("shared/persistence/d1/schema/"));
    const known = [
      ...schema
        .map(({ text }) => text)
        .join("\n")
        .matchAll(/sqliteTable\(\s*"(\w+)"/g),
    ].map((match) => match[1]!);
    expect(made.toSorted()).toEqual(known.toSorted());
  });

  it("number the revocation feed without ever using a number again", () => {
    const sql = readFileSync(join(ROOT, "migrations/d1/0013_access_revocation.sql"), "utf8");
    expect(sql).toContain("`sequence` integer PRIMARY KEY AUTOINCREMENT NOT NULL");
  });
});

describe.skipIf(!existsSync(join(ROOT, ".git")))("git", () => {
  const git = (...args: string[]) =>
    execFileSync("git", args, { cwd: ROOT, encoding: "utf8" }).split("\n").filter(Boolean);
  const SECRETS = /(?:^|\/)(?:\.dev\.vars|\.env)(?:\.|$)|(?:^|\/)[^/]+\.env$/;

  it("ignores every file that secrets are kept in", () => {
    const places = [
      ".dev.vars",
      ".dev.vars.production",
      ".env",
      ".env.local",
      "processor/.env",
      "edge/.dev.vars",
      "processor.env",
    ];
    expect(git("check-ignore", "--no-index", ...places)).toEqual(places);
  });

  it("holds none of them, and nothing that was made from the source", () => {
    const held = git("ls-files");
    expect(held.filter((path) => SECRETS.test(path))).toEqual([]);
    expect(
      held.filter((path) => /(?:^|\/)(?:node_modules|dist|\.wrangler|\.ladderlock|coverage)\//.test(path)),
    ).toEqual([]);
  });
});
