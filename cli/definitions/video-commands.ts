import { InvalidArgumentError, Option, type Command as Program } from "commander";
import { ENCODER_STATUSES, type EncoderStatus } from "../../shared/domain/encoder/encoder-job.ts";
import { VIDEO_POST_STATUSES, type VideoPostStatus } from "../../shared/domain/post/video-post.ts";
import { QUALITIES, type Quality } from "../../shared/domain/quality/quality.ts";
import type { TokensCommand } from "../operator/tokens.ts";
import type { EncodeOptions } from "../videos/encode.ts";
import type { EncoderJobsCommand } from "../videos/encoder-jobs.ts";
import type { PlayOptions } from "../videos/play.ts";
import type { PostsCommand } from "../videos/posts.ts";
import { optionText, wholeNumber } from "./option-values.ts";

export type VideoCommand =
  | ({ readonly name: "encode" } & EncodeOptions)
  | { readonly name: "encoder-jobs"; readonly command: EncoderJobsCommand; readonly json: boolean }
  | ({ readonly name: "play" } & PlayOptions)
  | { readonly name: "posts"; readonly command: PostsCommand; readonly json: boolean }
  | { readonly name: "tokens"; readonly command: TokensCommand; readonly json: boolean };

type Done = (command: VideoCommand) => void;
type Json = { readonly json?: boolean };
type Paged = Json & { readonly limit?: number; readonly cursor?: string };

export function addVideoCommands(program: Program, done: Done): void {
  addEncodeCommand(program, done);
  addJobsCommands(program, done);
  program
    .command("play <jobOrPost>")
    .description("open the watch page of a job or of a post (<videoPostId>[/<part>]), and print its address")
    .option("--print", "only print it")
    .option("--json", "print JSON")
    .action((target: string, { json, print }: Json & { print?: boolean }) =>
      done({ name: "play", target: targetOf(program, target), print: print === true, json: json === true }),
    );
  addPostsCommands(program, done);
  addTokensCommands(program, done);
}

type EncodeFlags = Json & {
  readonly title?: string;
  readonly type?: "VIDEO" | "AUDIO";
  readonly access?: "public" | "policy";
  readonly metadata?: Readonly<Record<string, string>>;
  readonly passthrough?: string;
  readonly webhookUrl?: string;
  readonly wait: boolean;
};

function addEncodeCommand(program: Program, done: Done): void {
  program
    .command("encode <source>")
    .description("make a video or audio of a URL or a file, show the progress, and print where it plays")
    .option("--title <title>", "its title; the same title gives the same collection (the name of the file)", optionText)
    .addOption(new Option("--type <type>", "what it is (by the name of the file)").choices(["VIDEO", "AUDIO"]))
    .addOption(new Option("--access <access>", "who may watch (public)").choices(["public", "policy"]))
    .option("--metadata <name=value>", "a fact of yours that responses repeat; can be given again", metadata)
    .option("--passthrough <text>", "a text of yours that responses repeat", optionText)
    .option("--webhook-url <url>", "an https address that receives the end of the job", optionText)
    .option("--no-wait", "print the id of the job and end at once")
    .option("--json", "print JSON")
    .action((source: string, flags: EncodeFlags) => {
      const { title, type: resourceType, access, passthrough, metadata, webhookUrl, wait, json } = flags;
      const about = { title, resourceType, access, passthrough, metadata, webhookUrl };
      done({ name: "encode", source, ...about, wait, json: json === true });
    });
}

function addJobsCommands(program: Program, done: Done): void {
  const jobs = program.command("jobs").description("list and show jobs of the encoder API");
  paged(jobs.command("list"))
    .description("list jobs, the newest first")
    .addOption(new Option("--status <status>", "only jobs with this status").choices(ENCODER_STATUSES))
    .option("--collection <slug>", "only jobs of this collection", optionText)
    .action(({ json, status, collection, ...page }: Paged & { status?: EncoderStatus; collection?: string }) => {
      const filter = { status, slug: collection, ...pageOf(page) };
      done({ name: "encoder-jobs", command: { verb: "list", filter }, json: json === true });
    });
  const ofOneJob = [
    { parent: jobs, verb: "show", description: "show one job" },
    { parent: program, verb: "cancel", description: "cancel a job and delete what it has made" },
    { parent: program, verb: "retry", description: "queue a FAILED or CANCELLED job again" },
  ] as const;
  for (const { parent, verb, description } of ofOneJob) {
    parent
      .command(`${verb} <jobId>`)
      .description(description)
      .option("--json", "print JSON")
      .action((jobId: string, { json }: Json) =>
        done({ name: "encoder-jobs", command: { verb, jobId }, json: json === true }),
      );
  }
}

function addPostsCommands(program: Program, done: Done): void {
  const posts = program.command("posts").description("list and show posts");
  paged(posts.command("list"))
    .description("list posts, the newest first")
    .addOption(new Option("--status <status>", "only posts with this status").choices(VIDEO_POST_STATUSES))
    .option("--title <start>", "only posts whose title begins so", optionText)
    .option("--author <authorId>", "only posts of this author", optionText)
    .action(
      ({
        json,
        status,
        title,
        author,
        ...page
      }: Paged & { status?: VideoPostStatus; title?: string; author?: string }) => {
        const filter = { status, titlePrefix: title, authorId: author, ...pageOf(page) };
        done({ name: "posts", command: { verb: "list", filter }, json: json === true });
      },
    );
  posts
    .command("show <videoPostId>")
    .description("show one post with its parts")
    .option("--json", "print JSON")
    .action((videoPostId: string, { json }: Json) =>
      done({ name: "posts", command: { verb: "show", videoPostId }, json: json === true }),
    );
}

type IssueFlags = Json & {
  readonly part: number;
  readonly viewer?: string;
  readonly quality?: readonly Quality[];
  readonly maxUses?: number;
  readonly start?: number;
};

function addTokensCommands(program: Program, done: Done): void {
  const tokens = program.command("tokens").description("issue, show and revoke playback tokens");
  const all = (command: TokensCommand, { json }: Json) => done({ name: "tokens", command, json: json === true });
  tokens
    .command("issue <videoPostId>")
    .description("issue a token for a viewer, and print the address that plays with it")
    .option("--part <index>", "the part of the post", wholeNumber, 0)
    .option("--viewer <name>", "the viewer, as your site names it", optionText)
    .addOption(new Option("--quality <quality...>", "the qualities (all)").choices(QUALITIES))
    .option("--max-uses <uses>", "how many sessions may start", wholeNumber)
    .option("--start <seconds>", "how long playback may start", wholeNumber)
    .option("--json", "print JSON")
    .action((videoPostId: string, { part, viewer, quality, maxUses, start, json }: IssueFlags) => {
      const limits = { viewer, qualities: quality, maxUses, startSeconds: start };
      all({ verb: "issue", request: { videoPostId, fileIndex: part, ...limits } }, { json: json === true });
    });
  const ofOneToken = { show: "show whether a token is revoked, and what was counted of it", revoke: "revoke a token" };
  for (const verb of ["show", "revoke"] as const) {
    tokens
      .command(`${verb} <token>`)
      .description(`${ofOneToken[verb]}; <token> is the token or its id`)
      .option("--json", "print JSON")
      .action((token: string, flags: Json) => all({ verb, token }, flags));
  }
  tokens
    .command("revoke-viewer <viewer>")
    .description("revoke all tokens of a viewer, by the name that your site gives it")
    .option("--json", "print JSON")
    .action((viewer: string, flags: Json) => all({ verb: "revoke-viewer", viewer }, flags));
}

function paged(command: Program): Program {
  return command
    .option("--limit <count>", "how many to list", wholeNumber)
    .option("--cursor <cursor>", "continue where an earlier list ended", optionText)
    .option("--json", "print JSON");
}

function pageOf({ limit, cursor }: Paged) {
  return { limit: limit === undefined ? undefined : String(limit), cursor };
}

/** `<videoPostId>[/<part>]`, or a job. */
function targetOf(program: Program, text: string): string {
  if (/^[\w-]+(?:\/\d{1,6})?$/.test(text)) return text;
  return program.error(`error: '${text}' is neither a job nor <videoPostId>[/<part>]`);
}

function metadata(text: string, earlier: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError("Write name=value.");
  return { ...earlier, [name]: value };
}
