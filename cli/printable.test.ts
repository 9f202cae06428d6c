import { expect, it } from "vitest";
import { printable } from "./printable.ts";

it("shows what a terminal would obey, and leaves other text as it is", () => {
  expect(printable("a\u001b[2Jb\u009bc\rd\u007f\n\te — Ж 🎬")).toBe("a\\u001b[2Jb\\u009bc\\u000dd\\u007f\n\te — Ж 🎬");
  expect(printable("film\u202e4pm.exe")).toBe("film\\u202e4pm.exe");
});

it("leaves JSON the same JSON", () => {
  const value = { title: "a\u001b[2J\u009b\u202e\n" };
  expect(JSON.parse(printable(JSON.stringify(value)))).toEqual(value);
});
