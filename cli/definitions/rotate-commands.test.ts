import { describe, expect, it } from "vitest";
import { parseCommand } from "../command-line.ts";

const parse = (line: string) => parseCommand(line.split(" ").filter(Boolean)).command;
const begin = (request: unknown, watch = false) => ({ verb: "begin", request, watch });
const BATCH = "0199-batch";

describe("the command line of rotations", () => {
  it.each<[string, unknown]>([
    ["rotate --all", begin({ selection: { everything: true } })],
    ["rotate --post p1", begin({ selection: { videoPostId: "p1" } })],
    ["rotate --post p1 --file 0 --watch", begin({ selection: { videoPostId: "p1", fileIndex: 0 } }, true)],
    [
      "rotate --all --in-flight 8 --grace 0",
      begin({ selection: { everything: true }, maxInFlight: 8, graceSeconds: 0 }),
    ],
    [
      "rotate --status PUBLISHED --author a --type AUDIO --version-below 3 --kek k1",
      begin({
        selection: { status: "PUBLISHED", authorId: "a", resourceType: "AUDIO", keyVersionBelow: 3, kekId: "k1" },
      }),
    ],
    [
      "rotate --keys-before 2026-01-31 --created-from 2025-01-01T10:00:00+02:00 --created-before 2026-01-01",
      begin({
        selection: {
          createdFrom: "2025-01-01T08:00:00.000Z",
          createdBefore: "2026-01-01T00:00:00.000Z",
          keysCreatedBefore: "2026-01-31T00:00:00.000Z",
        },
      }),
    ],
    ["rotate --all --dry-run", { verb: "preview", request: { selection: { everything: true } } }],
    ["rotate list", { verb: "list" }],
    [`rotate show ${BATCH}`, { verb: "show", batchId: BATCH }],
    [`rotate watch ${BATCH}`, { verb: "watch", batchId: BATCH }],
    [`rotate retry-failed ${BATCH}`, { verb: "retry-failed", batchId: BATCH }],
    [`rotate report ${BATCH}`, { verb: "report", batchId: BATCH, state: undefined }],
    [`rotate report ${BATCH} --state FAILED`, { verb: "report", batchId: BATCH, state: "FAILED" }],
  ])("understands %s", (line, command) => {
    expect(parse(line)).toEqual({ name: "rotate", json: false, command });
    expect(parse(`${line} --json`)).toEqual({ name: "rotate", json: true, command });
  });

  it("understands rewrap, and asks for help", () => {
    expect(parse("rewrap")).toEqual({ name: "rewrap", dryRun: false, json: false });
    expect(parse("rewrap --dry-run --json")).toEqual({ name: "rewrap", dryRun: true, json: true });
    expect(parse("rotate --help")).toEqual({ name: "text", text: expect.stringContaining("--keys-before <date>") });
  });

  it.each([
    ["rotate", /rotate needs a selection: --all/],
    ["rotate --dry-run", /rotate needs a selection/],
    ["rotate --all --post p1", /--all cannot be combined with other selectors/],
    ["rotate --file 0", /--file needs --post/],
    ["rotate --post p1 --file x", /--file .* whole number/],
    ["rotate --post p1 --file 1.5", /--file .* whole number/],
    ["rotate --all --grace -1", /--grace .* whole number/],
    ["rotate --all --grace=", /--grace .* whole number/],
    ["rotate --all --in-flight 51", /--in-flight: /],
    ["rotate --all --in-flight 0", /--in-flight: /],
    ["rotate --status DELETED", /--status: /],
    ["rotate --type FILM", /--type: /],
    ["rotate --version-below 0", /--version-below: /],
    ["rotate --keys-before yesterday", /--keys-before .* A date is required/],
    ["rotate --all --dry-run --watch", /'--dry-run' cannot be used with option '--watch'/],
    ["rotate --all --state FAILED", /unknown option '--state'/],
    ["rotate --everything", /--everything/],
    ["rotate dance", /unknown command 'rotate dance'/],
    ["rotate show", /missing required argument 'batchId'/],
    ["rotate list b", /too many arguments/],
    ["rotate show a b", /too many arguments/],
    ["rotate show b --all", /unknown option '--all'/],
    ["rotate --all show b", /'--all' has no effect here/],
    ["rotate --post --watch", /--post .* A value is missing/],
    ["rotate report b --state BROKEN", /--state .* Allowed choices are PENDING, /],
    ["rewrap now", /too many arguments/],
    ["rewrap --post p", /unknown option '--post'/],
  ])("refuses %s, and says why", (line, problem) => {
    expect(parse(line)).toEqual({ name: "wrong", problem: expect.stringMatching(problem) });
  });
});
