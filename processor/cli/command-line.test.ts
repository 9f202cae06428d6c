import { describe, expect, it } from "vitest";
import { parseCommand } from "./command-line.ts";

const parse = (line: string) => parseCommand(line.split(" ").filter(Boolean));

describe("the command line", () => {
  it.each([
    ["serve", { name: "serve" }],
    ["run", { name: "run", jobId: null }],
    ["run j1", { name: "run", jobId: "j1" }],
    ["gc", { name: "gc", dryRun: false, json: false }],
    ["gc --dry-run --json", { name: "gc", dryRun: true, json: true }],
    ["import m.json", { name: "import", manifestPath: "m.json", dryRun: false, json: false }],
    ["import m.json --dry-run --json", { name: "import", manifestPath: "m.json", dryRun: true, json: true }],
    ["jobs list", { name: "jobs", json: false, command: { verb: "list", filter: {} } }],
    [
      "jobs list --state FAILED --kind ENCRYPT --post p1 --json",
      {
        name: "jobs",
        json: true,
        command: { verb: "list", filter: { state: "FAILED", kind: "ENCRYPT", videoPostId: "p1" } },
      },
    ],
    ["jobs show j1", { name: "jobs", json: false, command: { verb: "show", jobId: "j1" } }],
    ["jobs retry j1", { name: "jobs", json: false, command: { verb: "retry", jobId: "j1" } }],
    ["jobs cancel j1 --json", { name: "jobs", json: true, command: { verb: "cancel", jobId: "j1" } }],
    ["jobs --help", { name: "help" }],
    ["-h", { name: "help" }],
  ])("understands %s", (line, command) => {
    expect(parse(line)).toEqual(command);
  });

  it.each([
    ["dance", /Unknown command: dance/],
    ["jobs", /Unknown command: jobs/],
    ["jobs delete j1", /Unknown command/],
    ["serve j1", /too many arguments/],
    ["run j1 j2", /too many arguments/],
    ["import", /needs the path of a manifest/],
    ["import a.json b.json", /too many arguments/],
    ["import a.json --post p1", /import takes no --post/],
    ["jobs show", /needs the id of a job/],
    ["jobs list j1", /too many arguments/],
    ["jobs list --state BROKEN", /--state is one of QUEUED, /],
    ["jobs list --kind ROTATE", /--kind is one of TRANSCODE, /],
    ["serve --dry-run", /serve takes no --dry-run/],
    ["gc --dryrun", /--dryrun/],
  ])("refuses %s, and says why", (line, problem) => {
    expect(parse(line)).toEqual({ name: "wrong", problem: expect.stringMatching(problem) });
  });
});
