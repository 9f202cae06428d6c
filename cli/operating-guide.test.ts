import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { SETTINGS } from "../processor/config/config.ts";
import { createMetrics } from "../processor/monitoring/metrics.ts";
import { parseCommand } from "./command-line.ts";

const GUIDE = await readFile(new URL("../docs/operating.md", import.meta.url), "utf8");

/** The rows of the table under a heading, without its head. */
function rowsUnder(heading: string): string[] {
  const section = GUIDE.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  return section.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| --- "));
}

describe("the operator's guide", () => {
  it("has every metric of ours", async () => {
    const database = () => ({ host: "127.0.0.1:5432", name: "ladderlock", listener: "listening" }) as const;
    const kept = [...(await createMetrics(database).text()).matchAll(/^# TYPE (ladderlock_\w+)/gm)].map(
      (match) => match[1],
    );
    const described = rowsUnder("Monitoring").map((row) => /`(ladderlock_\w+)/.exec(row)?.[1]);
    expect(described.filter((name) => name !== undefined).toSorted()).toEqual(kept.toSorted());
  });

  it("names only commands that exist", () => {
    const lines = [...GUIDE.matchAll(/`ladderlock ([a-z][^`]*)`/g)].map((match) => match[1]!);
    expect(lines.length).toBeGreaterThan(5);
    for (const line of lines) {
      const names = line.split(" ").filter((word) => /^[a-z-]+$/.test(word) && !word.startsWith("-"));
      const { command } = parseCommand([...names, "--help"]);
      expect(command, line).toMatchObject({ name: "text", text: expect.stringContaining(`ladderlock ${names[0]}`) });
    }
  });
});

describe("serve --help", () => {
  it("lists every setting with its default, each once", () => {
    const { command } = parseCommand(["serve", "--help"]);
    const lines = (command.name === "text" ? command.text : "").split("\n");
    for (const [name, { meaning, preset }] of Object.entries(SETTINGS)) {
      const at = lines.findIndex((line) => line.startsWith(`  ${name} `));
      expect(lines[at + 1]).toBe(`      ${meaning}`);
      if (preset) expect(lines[at]).toContain(preset);
    }
    expect(lines.filter((line) => /^ {2}[A-Z]/.test(line))).toHaveLength(Object.keys(SETTINGS).length);
  });
});
