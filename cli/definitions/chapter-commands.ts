import type { Command as Program } from "commander";
import type { ChaptersCommand } from "../videos/chapters.ts";
import { type CharsetFlag, type PartFlags as Flags, ofPart, targetOf, withCharset } from "./part-options.ts";

export type ChapterCommand = {
  readonly name: "chapters";
  readonly command: ChaptersCommand;
  readonly json: boolean;
};

export function addChapterCommands(program: Program, done: (command: ChapterCommand) => void): void {
  const chapters = program.command("chapters").description("show, set and delete the chapters of a part");
  const send = (command: ChaptersCommand, { json }: Flags) => done({ name: "chapters", command, json: json === true });
  ofPart(chapters.command("show <videoPostId>"))
    .description("show the chapters of a part")
    .action((videoPostId: string, flags: Flags) => send({ verb: "show", ...targetOf(videoPostId, flags) }, flags));
  withCharset(ofPart(chapters.command("set <videoPostId> <file>")))
    .description("set the chapters of a part, from a WebVTT or JSON file")
    .action((videoPostId: string, file: string, flags: Flags & CharsetFlag) => {
      const { charset = null } = flags;
      send({ verb: "set", ...targetOf(videoPostId, flags), file, charset }, flags);
    });
  ofPart(chapters.command("delete <videoPostId>"))
    .description("delete the chapters of a part")
    .action((videoPostId: string, flags: Flags) => send({ verb: "delete", ...targetOf(videoPostId, flags) }, flags));
}
