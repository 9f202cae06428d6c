import type { Operations } from "../../client/index.ts";
import type { OperatorClient } from "../../processor/adapters/operator-client.ts";
import { EXIT } from "../../processor/cli/exit-codes.ts";
import type { Output } from "../../processor/cli/output.ts";
import { textTable } from "../../processor/cli/text-table.ts";
import { reportOperatorErrors } from "../operator/report-operator-errors.ts";
import { type Charset, mediaType, withTextFile } from "./text-file.ts";

export type PartTarget = { readonly videoPostId: string; readonly fileIndex: number };

/** What is left out stays. */
export type CaptionChanges = {
  readonly language?: string;
  readonly name?: string;
  readonly default?: boolean;
  readonly forced?: boolean;
};

type OfFile = { readonly file: string; readonly charset: Charset | null };

export type CaptionsCommand = PartTarget &
  (
    | { readonly verb: "list" }
    | (OfFile & {
        readonly verb: "add";
        readonly language: string;
        readonly name: string;
        readonly isDefault: boolean;
        readonly forced: boolean;
      })
    | (OfFile & { readonly verb: "replace"; readonly captionId: string })
    | { readonly verb: "change"; readonly captionId: string; readonly changes: CaptionChanges }
    | { readonly verb: "order"; readonly captionIds: readonly string[] }
    | { readonly verb: "delete"; readonly captionId: string }
  );

type Listed = Extract<Operations["listCaptions"]["answers"], { status: 200 }>["body"];

/** `ladderlock captions`: resolves to the exit code. */
export function captions(
  command: CaptionsCommand,
  { json }: { readonly json: boolean },
  client: OperatorClient,
  { out, err }: Output,
): Promise<number> {
  const print = (listed: Listed) => {
    out(json ? `${JSON.stringify(listed)}\n` : described(listed));
    return EXIT.ok;
  };
  return reportOperatorErrors(async () => {
    if (command.verb === "change" && Object.keys(command.changes).length === 0) {
      err("Name what to change: --language, --name, --default, --no-default, --forced or --no-forced.\n");
      return EXIT.usage;
    }
    if (!("file" in command)) return print(await send(command, client));
    return withTextFile(command.file, async (content) => print(await sendFile(command, content, client)), { err });
  }, err);
}

type WithFile = Extract<CaptionsCommand, OfFile>;

function send(command: Exclude<CaptionsCommand, WithFile>, client: OperatorClient): Promise<Listed> {
  const params = paramsOf(command);
  switch (command.verb) {
    case "list":
      return client.listCaptions({ params });
    case "change":
      return client.changeCaption({ params: { ...params, captionId: command.captionId }, body: command.changes });
    case "order":
      return client.orderCaptions({ params, body: { captionIds: command.captionIds } });
    case "delete":
      return client.deleteCaption({ params: { ...params, captionId: command.captionId } });
    default:
      return command satisfies never;
  }
}

/** The service finds by its content whether a file is WebVTT or SubRip. */
function sendFile(command: WithFile, content: Uint8Array<ArrayBuffer>, client: OperatorClient): Promise<Listed> {
  const params = paramsOf(command);
  const file = { type: mediaType("text/vtt", command.charset), content };
  if (command.verb === "replace") {
    return client.replaceCaptionText({ params: { ...params, captionId: command.captionId }, file });
  }
  const { language, name, isDefault, forced } = command;
  const flags = {
    ...(isDefault ? { default: "true" as const } : {}),
    ...(forced ? { forced: "true" as const } : {}),
  };
  return client.addCaption({ params, query: { language, name, ...flags }, file });
}

export function paramsOf({ videoPostId, fileIndex }: PartTarget) {
  return { videoPostId, fileIndex: String(fileIndex) };
}

function described({ captions: list }: Listed): string {
  if (list.length === 0) return "No captions.\n";
  const columns = [
    { title: "CAPTIONS" },
    { title: "LANGUAGE" },
    { title: "NAME" },
    { title: "CUES" },
    { title: "FROM" },
    { title: "FLAGS" },
  ];
  const rows = list.map(({ captionId, language, name, cues, origin, default: isDefault, forced }) => [
    ...[captionId, language, name, String(cues), origin === "SOURCE" ? "source" : "upload"],
    [...(isDefault ? ["default"] : []), ...(forced ? ["forced"] : [])].join(" "),
  ]);
  return textTable(columns, rows);
}
