import { readFile } from "node:fs/promises";
import type { Operations } from "../../client/index.ts";
import type { OperatorClient } from "../../processor/adapters/operator-client.ts";
import { EXIT } from "../../processor/cli/exit-codes.ts";
import type { Output } from "../../processor/cli/output.ts";
import { textTable } from "../../processor/cli/text-table.ts";
import { reportOperatorErrors } from "../operator/report-operator-errors.ts";

export type PartTarget = { readonly videoPostId: string; readonly fileIndex: number };

export type CaptionsCommand = PartTarget &
  (
    | { readonly verb: "list" }
    | {
        readonly verb: "add";
        readonly file: string;
        readonly language: string;
        readonly name: string;
        readonly isDefault: boolean;
        readonly forced: boolean;
        readonly charset: "iso-8859-1" | "windows-1252" | null;
      }
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
  return reportOperatorErrors(async () => {
    const content = command.verb === "add" ? await readFile(command.file).catch(() => null) : null;
    if (command.verb === "add" && content === null) {
      err(`${command.file} cannot be read\n`);
      return EXIT.usage;
    }
    const listed = await send(command, content, client);
    out(json ? `${JSON.stringify(listed)}\n` : described(listed));
    return EXIT.ok;
  }, err);
}

function send(command: CaptionsCommand, content: Buffer | null, client: OperatorClient): Promise<Listed> {
  const params = { videoPostId: command.videoPostId, fileIndex: String(command.fileIndex) };
  switch (command.verb) {
    case "list":
      return client.listCaptions({ params });
    case "delete":
      return client.deleteCaption({ params: { ...params, captionId: command.captionId } });
    case "add": {
      const { language, name, isDefault, forced, charset } = command;
      const flags = {
        ...(isDefault ? { default: "true" as const } : {}),
        ...(forced ? { forced: "true" as const } : {}),
      };
      const type = charset === null ? "text/vtt" : (`text/vtt; charset=${charset}` as const);
      const file = { type, content: Uint8Array.from(content ?? []) } as const;
      return client.addCaption({ params, query: { language, name, ...flags }, file });
    }
    default:
      return command satisfies never;
  }
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
