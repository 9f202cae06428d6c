import { describe, expect, it } from "vitest";
import { parseCommand } from "./embed-messages.ts";

describe("a command to the embed page", () => {
  it.each([
    { command: "play" },
    { command: "seek", seconds: 3.5 },
    { command: "mute", muted: false },
    { command: "select", quality: null },
    { command: "setToken", token: "eyJ.e-_9.sig" },
  ])("is accepted as it is: %j", (command) => {
    expect(parseCommand({ ladderlock: 1, ...command })).toEqual(command);
  });

  it.each([
    {},
    { command: "destroy" },
    { command: "seek", seconds: Number.NaN },
    { command: "seek", seconds: "3" },
    { command: "mute" },
    { command: "select", quality: 7 },
    { command: "setToken", token: "a.b.c&x=1" },
    { command: "setToken", token: "../../master" },
  ])("is refused: %j", (command) => {
    expect(parseCommand({ ladderlock: 1, ...command })).toBeNull();
  });
});
