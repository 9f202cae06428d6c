import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { OPERATOR_SETTINGS, SETTINGS } from "../config/config.ts";
import { createMetrics } from "../monitoring/metrics.ts";
import { parseCommand } from "./command-line.ts";
import { EXIT } from "./exit-codes.ts";

const GUIDE = await readFile(new URL("../../docs/operating.md", import.meta.url), "utf8");
const ALL = { ...SETTINGS, ...OPERATOR_SETTINGS };

/** The rows of the table under a heading, without its head. */
function rowsUnder(heading: string): string[] {
  const section = GUIDE.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  return section.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| --- "));
}

describe("the operator's guide", () => {
  it("has every exit code", () => {
    const codes = rowsUnder("Exit codes").map((row) => Number(row.split(" ")[1]));
    expect(codes.filter(Number.isInteger)).toEqual(Object.values(EXIT));
  });

  it("has every metric of ours", async () => {
    const kept = [...(await createMetrics().text()).matchAll(/^# TYPE (ladderlock_\w+)/gm)].map((match) => match[1]);
    const described = rowsUnder("Monitoring").map((row) => /`(ladderlock_\w+)/.exec(row)?.[1]);
    expect(described.filter((name) => name !== undefined).toSorted()).toEqual(kept.toSorted());
  });
});

describe("--help", () => {
  const helpText = () => {
    const command = parseCommand(["--help"]);
    return command.name === "help" ? command.text : "";
  };

  it("lists every setting with its default, each once", () => {
    const lines = helpText().split("\n");
    for (const [name, { meaning, preset }] of Object.entries(ALL)) {
      const at = lines.findIndex((line) => line.startsWith(`  ${name} `));
      expect(lines[at + 1]).toBe(`      ${meaning}`);
      if (preset) expect(lines[at]).toContain(preset);
    }
    expect(lines.filter((line) => /^ {2}[A-Z]/.test(line))).toHaveLength(Object.keys(ALL).length);
  });
});
