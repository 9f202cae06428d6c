import { writeFileSync } from "node:fs";
import type { Reporter, TestModule, Vitest } from "vitest/node";

/** Writes the groups of skipped tests, one a line, into the file named by UNTRIED_TESTS_FILE; `npm test` prints them. */
export default class UntriedTests implements Reporter {
  #chosenByName = false;

  onInit(vitest: Vitest): void {
    this.#chosenByName = vitest.config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const file = process.env.UNTRIED_TESTS_FILE;
    // With -t, nearly every test is skipped, and not because of the machine.
    if (file !== undefined && !this.#chosenByName) writeFileSync(file, untriedGroups(modules).join("\n"));
  }
}

/** The names of the groups, with how many tests of each were skipped. */
function untriedGroups(modules: readonly TestModule[]): string[] {
  const counts = new Map<string, number>();
  for (const module of modules) {
    for (const { fullName } of module.children.allTests("skipped")) {
      const [group = fullName] = fullName.split(" > ");
      counts.set(group, (counts.get(group) ?? 0) + 1);
    }
  }
  return [...counts].map(([group, tests]) => `${group} (${tests})`);
}
