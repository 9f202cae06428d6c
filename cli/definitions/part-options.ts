import { InvalidArgumentError, type Command as Program } from "commander";
import type { PartTarget } from "../videos/captions.ts";
import { wholeNumber } from "./option-values.ts";

export type PartFlags = { readonly part: number; readonly json?: boolean };

export function ofPart(command: Program): Program {
  return command.option("--part <index>", "the part of the post", wholeNumber, 0).option("--json", "print JSON");
}

export function targetOf(videoPostId: string, { part }: PartFlags): PartTarget {
  return { videoPostId, fileIndex: part };
}

export type CharsetFlag = { readonly charset?: "iso-8859-1" | "windows-1252" };

export function withCharset(command: Program): Program {
  return command.option("--charset <charset>", "of a file that is not UTF-8: iso-8859-1 or windows-1252", charset);
}

function charset(text: string): string {
  if (text === "iso-8859-1" || text === "windows-1252") return text;
  throw new InvalidArgumentError("It is iso-8859-1 or windows-1252.");
}
