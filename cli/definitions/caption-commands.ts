import type { Command as Program } from "commander";
import type { CaptionChanges, CaptionsCommand } from "../videos/captions.ts";
import { optionText } from "./option-values.ts";
import { type CharsetFlag, type PartFlags as Flags, ofPart, targetOf, withCharset } from "./part-options.ts";

export type CaptionCommand = {
  readonly name: "captions";
  readonly command: CaptionsCommand;
  readonly json: boolean;
};

type AddFlags = Flags &
  CharsetFlag & {
    readonly language: string;
    readonly name: string;
    readonly default?: boolean;
    readonly forced?: boolean;
  };

export function addCaptionCommands(program: Program, done: (command: CaptionCommand) => void): void {
  const captions = program.command("captions").description("list, add, change, order and delete captions of a part");
  const send = (command: CaptionsCommand, { json }: Flags) => done({ name: "captions", command, json: json === true });
  ofPart(captions.command("list <videoPostId>"))
    .description("list the captions of a part")
    .action((videoPostId: string, flags: Flags) => send({ verb: "list", ...targetOf(videoPostId, flags) }, flags));
  withCharset(
    ofPart(captions.command("add <videoPostId> <file>"))
      .description("add captions from a WebVTT or SubRip file")
      .requiredOption("--language <tag>", "their language, as BCP 47 has it: en, pt-BR", optionText)
      .requiredOption("--name <name>", "how players list them", optionText)
      .option("--default", "players show them without a choice")
      .option("--forced", "only what has to be read, such as signs"),
  ).action((videoPostId: string, file: string, flags: AddFlags) => {
    const { language, name, default: isDefault = false, forced = false, charset = null } = flags;
    const added = { file, language, name, isDefault, forced, charset };
    send({ verb: "add", ...targetOf(videoPostId, flags), ...added }, flags);
  });
  withCharset(ofPart(captions.command("replace <videoPostId> <captionId> <file>")))
    .description("replace the text of captions; their language, name and flags stay")
    .action((videoPostId: string, captionId: string, file: string, flags: Flags & CharsetFlag) => {
      const { charset = null } = flags;
      send({ verb: "replace", ...targetOf(videoPostId, flags), captionId, file, charset }, flags);
    });
  ofPart(captions.command("change <videoPostId> <captionId>"))
    .description("change the language, the name or the flags of captions; what is left out stays")
    .option("--language <tag>", "their language, as BCP 47 has it: en, pt-BR", optionText)
    .option("--name <name>", "how players list them", optionText)
    .option("--default", "players show them without a choice")
    .option("--no-default", "players show them only when the viewer chooses them")
    .option("--forced", "only what has to be read, such as signs")
    .option("--no-forced", "they hold everything that is said")
    .action((videoPostId: string, captionId: string, flags: Flags & CaptionChanges) => {
      const { language, name, default: isDefault, forced } = flags;
      const given = Object.entries({ language, name, default: isDefault, forced });
      const changes: CaptionChanges = Object.fromEntries(given.filter(([, value]) => value !== undefined));
      send({ verb: "change", ...targetOf(videoPostId, flags), captionId, changes }, flags);
    });
  ofPart(captions.command("order <videoPostId> <captionId...>"))
    .description("set the order of all captions of a part, which is that of players' menus")
    .action((videoPostId: string, captionIds: readonly string[], flags: Flags) =>
      send({ verb: "order", ...targetOf(videoPostId, flags), captionIds }, flags),
    );
  ofPart(captions.command("delete <videoPostId> <captionId>"))
    .description("delete captions of a part")
    .action((videoPostId: string, captionId: string, flags: Flags) =>
      send({ verb: "delete", ...targetOf(videoPostId, flags), captionId }, flags),
    );
}
