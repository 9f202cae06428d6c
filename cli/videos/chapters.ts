import type { Operations } from "../../client/index.ts";
import type { OperatorClient } from "../../processor/adapters/operator-client.ts";
import { EXIT } from "../../processor/cli/exit-codes.ts";
import type { Output } from "../../processor/cli/output.ts";
import { textTable } from "../../processor/cli/text-table.ts";
import { reportOperatorErrors } from "../operator/report-operator-errors.ts";
import { type PartTarget, paramsOf } from "./captions.ts";
import { type Charset, mediaType, withTextFile } from "./text-file.ts";

export type ChaptersCommand = PartTarget &
  (
    | { readonly verb: "show" }
    | { readonly verb: "set"; readonly file: string; readonly charset: Charset | null }
    | { readonly verb: "delete" }
  );

type Shown = Extract<Operations["getChapters"]["answers"], { status: 200 }>["body"];

/** `ladderlock chapters`: resolves to the exit code. */
export function chapters(
  command: ChaptersCommand,
  { json }: { readonly json: boolean },
  client: OperatorClient,
  { out, err }: Output,
): Promise<number> {
  const params = paramsOf(command);
  const print = (shown: Shown) => {
    out(json ? `${JSON.stringify(shown)}\n` : described(shown));
    return EXIT.ok;
  };
  return reportOperatorErrors(async () => {
    switch (command.verb) {
      case "show":
        return print(await client.getChapters({ params }));
      case "delete":
        return print(await client.deleteChapters({ params }));
      case "set": {
        const { file: path, charset } = command;
        // The service finds by its content which of both a file is.
        const type = mediaType(path.toLowerCase().endsWith(".json") ? "application/json" : "text/vtt", charset);
        const set = async (content: Uint8Array<ArrayBuffer>) =>
          print(await client.setChapters({ params, file: { type, content } }));
        return withTextFile(path, set, { err });
      }
      default:
        return command satisfies never;
    }
  }, err);
}

function described({ chapters: list, origin }: Shown): string {
  if (list.length === 0) return "No chapters.\n";
  const columns = [{ title: "START", align: "right" } as const, { title: "CHAPTER" }];
  const rows = list.map(({ startSeconds, title }) => [clock(startSeconds), title]);
  return `${textTable(columns, rows)}From ${origin === "SOURCE" ? "the source" : "an editor"}.\n`;
}

/** "1:02:03.500". */
function clock(seconds: number): string {
  const milliseconds = Math.round(seconds * 1000);
  const [hours, minutes] = [Math.floor(milliseconds / 3_600_000), Math.floor(milliseconds / 60_000) % 60];
  const rest = ((milliseconds % 60_000) / 1000).toFixed(3).padStart(6, "0");
  return `${hours}:${String(minutes).padStart(2, "0")}:${rest}`;
}
