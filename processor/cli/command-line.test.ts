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
    ["viewers forget site:42 --json", { name: "forget-viewer", viewer: "site:42", json: true }],
    ["jobs --help", { name: "help", text: expect.stringContaining("retry [options] <jobId>") }],
    ["-h", { name: "help", text: expect.stringContaining("PROCESSOR_TOKEN") }],
  ])("understands %s", (line, command) => {
    expect(parse(line)).toEqual(command);
  });

  it.each([
    ["", /^Usage: .*Commands:/s],
    ["dance", /unknown command 'dance'/],
    ["jobs", /^Usage: .* jobs .*Commands:/s],
    ["jobs delete j1", /unknown command 'delete'/],
    ["serve j1", /too many arguments/],
    ["run j1 j2", /too many arguments/],
    ["import", /missing required argument 'manifest'/],
    ["import a.json b.json", /too many arguments/],
    ["import a.json --post p1", /unknown option '--post'/],
    ["jobs show", /missing required argument 'jobId'/],
    ["jobs list j1", /too many arguments/],
    ["jobs list --state BROKEN", /--state .* Allowed choices are QUEUED, /],
    ["jobs list --kind ROTATE", /--kind .* Allowed choices are TRANSCODE, /],
    ["serve --dry-run", /unknown option '--dry-run'/],
    ["gc --dryrun", /--dryrun.*Did you mean --dry-run/s],
    ["jobs list --post --json", /--post .* A value is missing/],
    ["--json jobs list", /unknown option '--json'/],
  ])("refuses %s, and says why", (line, problem) => {
    expect(parse(line)).toEqual({ name: "wrong", problem: expect.stringMatching(problem) });
  });
});
