import { InvalidArgumentError, type Command as Program } from "commander";
import type { CaptionsCommand, PartTarget } from "../videos/captions.ts";
import { optionText, wholeNumber } from "./option-values.ts";

export type CaptionCommand = {
  readonly name: "captions";
  readonly command: CaptionsCommand;
  readonly json: boolean;
};

type Flags = { readonly part: number; readonly json?: boolean };
type AddFlags = Flags & {
  readonly language: string;
  readonly name: string;
  readonly default?: boolean;
  readonly forced?: boolean;
  readonly charset?: "iso-8859-1" | "windows-1252";
};

export function addCaptionCommands(program: Program, done: (command: CaptionCommand) => void): void {
  const captions = program.command("captions").description("list, add and delete captions of a part");
  const send = (command: CaptionsCommand, { json }: Flags) => done({ name: "captions", command, json: json === true });
  ofPart(captions.command("list <videoPostId>"))
    .description("list the captions of a part")
    .action((videoPostId: string, flags: Flags) => send({ verb: "list", ...targetOf(videoPostId, flags) }, flags));
  ofPart(captions.command("add <videoPostId> <file>"))
    .description("add captions from a WebVTT or SubRip file")
    .requiredOption("--language <tag>", "their language, as BCP 47 has it: en, pt-BR", optionText)
    .requiredOption("--name <name>", "how players list them", optionText)
    .option("--default", "players show them without a choice")
    .option("--forced", "only what has to be read, such as signs")
    .option("--charset <charset>", "of a file that is not UTF-8: iso-8859-1 or windows-1252", charset)
    .action((videoPostId: string, file: string, flags: AddFlags) => {
      const { language, name, default: isDefault = false, forced = false, charset: declared = null } = flags;
      const added = { file, language, name, isDefault, forced, charset: declared };
      send({ verb: "add", ...targetOf(videoPostId, flags), ...added }, flags);
    });
  ofPart(captions.command("delete <videoPostId> <captionId>"))
    .description("delete captions of a part")
    .action((videoPostId: string, captionId: string, flags: Flags) =>
      send({ verb: "delete", ...targetOf(videoPostId, flags), captionId }, flags),
    );
}

function ofPart(command: Program): Program {
  return command.option("--part <index>", "the part of the post", wholeNumber, 0).option("--json", "print JSON");
}

function targetOf(videoPostId: string, { part }: Flags): PartTarget {
  return { videoPostId, fileIndex: part };
}

function charset(text: string): string {
  if (text === "iso-8859-1" || text === "windows-1252") return text;
  throw new InvalidArgumentError("It is iso-8859-1 or windows-1252.");
}
