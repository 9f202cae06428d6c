import { describe, expect, it } from "vitest";
import { createProgram } from "../command-line.ts";
import { completeWords } from "./complete-words.ts";

const program = createProgram("", { print: () => {}, done: () => {} });

describe("the completion", () => {
  it.each([
    ["enc", ["encode"]],
    ["keys ro", ["rotate"]],
    ["keys rotate ret", ["retry-failed"]],
    ["queue list --st", ["--state"]],
    ["queue list --state RUN", ["RUNNING"]],
    ["queue list --post p1 --kind E", ["ENCRYPT"]],
    ["completion ", ["bash", "fish", "zsh"]],
    ["encode --type AUD", ["AUDIO"]],
    // Files are the shell's.
    ["encode fil", []],
    ["import ", []],
    ["encode film.mp4 --title ", []],
    // Hidden commands.
    ["rew", []],
    ["comple", ["completion"]],
  ])("of '%s' is %j", (line, expected) => {
    expect(completeWords(program, line.split(" "))).toEqual(expected);
  });
});
