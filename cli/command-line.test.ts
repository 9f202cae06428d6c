import { describe, expect, it } from "vitest";
import { parseCommand } from "./command-line.ts";

const parse = (line: string) => parseCommand(line.split(" ").filter(Boolean), "1.2.3").command;

describe("the command line", () => {
  it.each([
    ["encode film.mp4", { name: "encode", source: "film.mp4", wait: true, json: false }],
    [
      "encode https://a.example/f --title T --type AUDIO --access policy --metadata a=1 --metadata b=x=y --no-wait --json",
      {
        ...{ name: "encode", source: "https://a.example/f", title: "T", resourceType: "AUDIO", access: "policy" },
        ...{ metadata: { a: "1", b: "x=y" }, wait: false, json: true },
      },
    ],
    [
      "jobs list --status FAILED --limit 5",
      {
        name: "encoder-jobs",
        json: false,
        command: { verb: "list", filter: { status: "FAILED", limit: "5" } },
      },
    ],
    ["cancel job-1", { name: "encoder-jobs", json: false, command: { verb: "cancel", jobId: "job-1" } }],
    ["retry job-1 --json", { name: "encoder-jobs", json: true, command: { verb: "retry", jobId: "job-1" } }],
    ["play p1/2 --print", { name: "play", target: "p1/2", print: true, json: false }],
    ["posts list --title Se", { name: "posts", json: false, command: { verb: "list", filter: { titlePrefix: "Se" } } }],
    [
      "captions list p1 --part 2 --json",
      { name: "captions", json: true, command: { verb: "list", videoPostId: "p1", fileIndex: 2 } },
    ],
    [
      "captions add p1 a.srt --language pt-BR --name Português --default --charset iso-8859-1",
      {
        name: "captions",
        json: false,
        command: {
          ...{ verb: "add", videoPostId: "p1", fileIndex: 0, file: "a.srt", language: "pt-BR", name: "Português" },
          ...{ isDefault: true, forced: false, charset: "iso-8859-1" },
        },
      },
    ],
    [
      "captions replace p1 c1 a.srt --part 1",
      {
        name: "captions",
        json: false,
        command: { verb: "replace", videoPostId: "p1", fileIndex: 1, captionId: "c1", file: "a.srt", charset: null },
      },
    ],
    [
      "captions change p1 c1 --name SDH --no-default --api-key k",
      {
        name: "captions",
        json: false,
        command: {
          ...{ verb: "change", videoPostId: "p1", fileIndex: 0, captionId: "c1" },
          changes: { name: "SDH", default: false },
        },
      },
    ],
    [
      "captions order p1 c2 c1 --json",
      {
        name: "captions",
        json: true,
        command: { verb: "order", videoPostId: "p1", fileIndex: 0, captionIds: ["c2", "c1"] },
      },
    ],
    ["chapters show p1", { name: "chapters", json: false, command: { verb: "show", videoPostId: "p1", fileIndex: 0 } }],
    [
      "chapters set p1 a.vtt --charset windows-1252",
      {
        name: "chapters",
        json: false,
        command: { verb: "set", videoPostId: "p1", fileIndex: 0, file: "a.vtt", charset: "windows-1252" },
      },
    ],
    [
      "chapters delete p1 --part 2",
      { name: "chapters", json: false, command: { verb: "delete", videoPostId: "p1", fileIndex: 2 } },
    ],
    [
      "tokens issue p1 --viewer v --quality 720p 480p",
      {
        name: "tokens",
        json: false,
        command: {
          verb: "issue",
          request: { videoPostId: "p1", fileIndex: 0, viewer: "v", qualities: ["720p", "480p"] },
        },
      },
    ],
    ["tokens revoke abc", { name: "tokens", json: false, command: { verb: "revoke", token: "abc" } }],
    ["serve", { name: "serve" }],
    ["run", { name: "run", jobId: null }],
    ["run j1", { name: "run", jobId: "j1" }],
    ["gc", { name: "gc", dryRun: false, json: false }],
    ["gc --dry-run --json", { name: "gc", dryRun: true, json: true }],
    ["import m.json", { name: "import", manifestPath: "m.json", dryRun: false, json: false }],
    ["import m.json --dry-run --json", { name: "import", manifestPath: "m.json", dryRun: true, json: true }],
    ["queue list", { name: "queue", json: false, command: { verb: "list", filter: {} } }],
    [
      "queue list --state FAILED --kind ENCRYPT --post p1 --json",
      {
        name: "queue",
        json: true,
        command: { verb: "list", filter: { state: "FAILED", kind: "ENCRYPT", videoPostId: "p1" } },
      },
    ],
    ["queue show j1", { name: "queue", json: false, command: { verb: "show", jobId: "j1" } }],
    ["queue retry j1", { name: "queue", json: false, command: { verb: "retry", jobId: "j1" } }],
    ["queue cancel j1 --json", { name: "queue", json: true, command: { verb: "cancel", jobId: "j1" } }],
    ["viewers forget site:42 --json", { name: "forget-viewer", viewer: "site:42", json: true }],
    ["queue --help", { name: "text", text: expect.stringContaining("retry [options] <jobId>") }],
    ["-h", { name: "text", text: expect.stringContaining("Exit codes:") }],
    ["serve -h", { name: "text", text: expect.stringContaining("PROCESSOR_TOKEN") }],
    ["--version", { name: "text", text: "1.2.3\n" }],
    ["doctor", { name: "doctor", json: false, waitSeconds: 30 }],
    ["doctor --json --wait 5", { name: "doctor", json: true, waitSeconds: 5 }],
    ["login", { name: "login" }],
    ["completion fish", { name: "completion", shell: "fish" }],
    ["complete -- queue --st", { name: "complete", words: ["queue", "--st"] }],
    ["keys rewrap --dry-run", { name: "rewrap", dryRun: true, json: false }],
    ["rewrap", { name: "rewrap", dryRun: false, json: false }],
  ])("understands %s", (line, command) => {
    expect(parse(line)).toEqual(command);
  });

  it.each([
    ["", /^Usage: .*Set up:/s],
    ["dance", /unknown command 'dance'/],
    ["queue", /^Usage: .* queue .*Commands:/s],
    ["queue delete j1", /unknown command 'delete'/],
    ["serve j1", /too many arguments/],
    ["run j1 j2", /too many arguments/],
    ["import", /missing required argument 'manifest'/],
    ["import a.json b.json", /too many arguments/],
    ["import a.json --post p1", /unknown option '--post'/],
    ["queue show", /missing required argument 'jobId'/],
    ["queue list j1", /too many arguments/],
    ["queue list --state BROKEN", /--state .* Allowed choices are QUEUED, /],
    ["queue list --kind ROTATE", /--kind .* Allowed choices are TRANSCODE, /],
    ["serve --dry-run", /unknown option '--dry-run'/],
    ["encode", /missing required argument 'source'/],
    ["encode a.mp4 b.mp4", /too many arguments/],
    ["encode a.mp4 --type FILM", /Allowed choices are VIDEO, AUDIO/],
    ["encode a.mp4 --metadata novalue", /Write name=value/],
    ["play https://video.example/watch/p1/0", /is neither a job nor/],
    ["jobs list --limit many", /A whole number is required/],
    ["completion powershell", /Allowed choices are bash, zsh, fish/],
    ["captions order p1", /missing required argument 'captionId'/],
    ["captions replace p1 c1", /missing required argument 'file'/],
    ["captions replace p1 c1 a.srt --charset utf-16", /It is iso-8859-1 or windows-1252/],
    ["chapters set p1", /missing required argument 'file'/],
    ["serve --server https://video.example", /unknown option '--server'/],
    ["queue list --server --json", /--server .* A value is missing/],
    ["gc --dryrun", /--dryrun.*Did you mean --dry-run/s],
    ["queue list --post --json", /--post .* A value is missing/],
    ["--json queue list", /unknown option '--json'/],
  ])("refuses %s, and says why", (line, problem) => {
    expect(parse(line)).toEqual({ name: "wrong", problem: expect.stringMatching(problem) });
  });

  it("takes the connection with every command of the API", () => {
    const typed = parseCommand(["queue", "show", "j1", "--server", "https://a.example", "--api-key", "k"]);
    expect(typed.connection).toEqual({ server: "https://a.example", apiKey: "k", config: undefined });
  });
});
