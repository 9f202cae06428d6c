import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { describeFileName } from "../../cli/videos/describe-file-name.ts";
import { stateOf } from "./local-database.ts";
import { readSettings } from "./settings.ts";

const folder = mkdtempSync(join(tmpdir(), "ladderlock-"));

describe("what npm start is asked for", () => {
  it("is the sample clip on port 8787 unless something is said", () => {
    expect(readSettings([], {})).toEqual({
      ...{ port: 8787, source: { kind: "sample" }, database: null, exitAfterIngest: false },
    });
  });

  it("is a file when one is named, relative to where the user is", () => {
    writeFileSync(join(folder, "my.mp4"), "x");
    expect(readSettings(["my.mp4"], { INIT_CWD: folder, PORT: "9000" })).toMatchObject({
      port: 9000,
      source: { kind: "file", path: join(folder, "my.mp4") },
    });
  });

  it("is an address when it begins like one", () => {
    expect(readSettings(["HTTPS://example.com/a.mp4"], {}).source).toEqual({
      kind: "url",
      url: "HTTPS://example.com/a.mp4",
    });
  });

  it("names the database, before or after the file", () => {
    const url = "postgres://me:secret@db.example.com/films";
    expect(readSettings(["--db=d1"], {}).database).toEqual({ kind: "d1" });
    expect(readSettings(["--db=postgres", "https://example.com/a.mp4"], {})).toMatchObject({
      source: { kind: "url" },
      database: { kind: "postgres" },
    });
    expect(readSettings(["https://example.com/a.mp4", `--db=${url}`], {})).toMatchObject({
      source: { kind: "url" },
      database: { kind: "postgres-url", url },
    });
  });

  it.each([
    ["a file that is not there", ["no.mp4"], {}, `There is no file ${join(folder, "no.mp4")}.`],
    ["a folder", ["."], {}, `${folder} is not a file.`],
    ["an option", ["--fast"], {}, "Unknown option --fast."],
    ["an unknown database", ["--db=mysql"], {}, '--db is "mysql", and has to be d1, postgres or an address.'],
    ["no database", ["--db="], {}, '--db is "", and has to be d1, postgres or an address.'],
    ["an option without its value", ["--db"], {}, "Unknown option --db."],
    ["two databases", ["--db=d1", "--db=postgres"], {}, "One --db at a time; got 2."],
    ["an address of another kind", ["--db=mysql://me:pw@h/d"], {}, "is not the address of a Postgres database."],
    ["an address without a database", ["--db=postgres://me:pw@h"], {}, "The address in --db names no database."],
    ["two files", ["a.mp4", "b.mp4"], {}, "One file or URL at a time, please; got 2."],
    ["a port that is no number", [], { PORT: "eighty" }, 'PORT is "eighty", and has to be a number from 1 to 65535.'],
    ["a port that does not exist", [], { PORT: "65536" }, 'PORT is "65536", and has to be a number from 1 to 65535.'],
    ["an address that is none", ["http://"], {}, "http:// is not a URL."],
  ])("is refused if it is %s", (_what, args, env, message) => {
    expect(() => readSettings(args, { INIT_CWD: folder, ...env })).toThrow(message);
  });

  it("is refused if the file is empty", () => {
    writeFileSync(join(folder, "empty.mp4"), "");
    expect(() => readSettings(["empty.mp4"], { INIT_CWD: folder })).toThrow(`${join(folder, "empty.mp4")} is empty.`);
  });
});

describe("the state of a database", () => {
  it("is apart from that of every other, and named without its password", () => {
    const choices = [
      { kind: "d1" },
      { kind: "postgres" },
      { kind: "postgres-url", url: "postgres://me:secret@db.example.com/films" },
      { kind: "postgres-url", url: "postgres://me:secret@db.example.com/other" },
    ] as const;
    const states = choices.map(stateOf);
    expect(states.map(({ name }) => name)).toEqual([
      ...["D1", "Postgres", "Postgres db.example.com/films", "Postgres db.example.com/other"],
    ]);
    for (const key of ["workerState", "ingested"] as const) {
      expect(new Set(states.map((state) => state[key])).size).toBe(choices.length);
    }
    expect(JSON.stringify(states)).not.toContain("secret");
    const again = { kind: "postgres-url", url: "postgres://you:changed@db.example.com/films" } as const;
    expect(stateOf(again)).toEqual(states[2]);
  });
});

describe("a file name", () => {
  it("gives the post its title and distinguishes sound from video", () => {
    expect(describeFileName("My film.v2.MP4")).toEqual({ title: "My film.v2", resourceType: "VIDEO" });
    expect(describeFileName("song.FLAC")).toEqual({ title: "song", resourceType: "AUDIO" });
    expect(describeFileName("stream")).toEqual({ title: "stream", resourceType: "VIDEO" });
  });
});
