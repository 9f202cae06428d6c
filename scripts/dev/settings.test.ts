import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { describeFileName } from "../../cli/videos/describe-file-name.ts";
import { readSettings } from "./settings.ts";

const folder = mkdtempSync(join(tmpdir(), "ladderlock-"));

describe("what npm start is asked for", () => {
  it("is the sample clip on port 8787 unless something is said", () => {
    expect(readSettings([], {})).toEqual({ port: 8787, source: { kind: "sample" }, exitAfterIngest: false });
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

  it.each([
    ["a file that is not there", ["no.mp4"], {}, `There is no file ${join(folder, "no.mp4")}.`],
    ["a folder", ["."], {}, `${folder} is not a file.`],
    ["an option", ["--fast"], {}, "Unknown option --fast."],
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

describe("a file name", () => {
  it("gives the post its title and distinguishes sound from video", () => {
    expect(describeFileName("My film.v2.MP4")).toEqual({ title: "My film.v2", resourceType: "VIDEO" });
    expect(describeFileName("song.FLAC")).toEqual({ title: "song", resourceType: "AUDIO" });
    expect(describeFileName("stream")).toEqual({ title: "stream", resourceType: "VIDEO" });
  });
});
