import { EXIT } from "../../processor/cli/exit-codes.ts";

export type Finding = {
  /** What was looked at, in a few words that stay the same. */
  readonly check: string;
  readonly result: "ok" | "not-checked" | "warning" | "problem" | "unreachable";
  /** A sentence about what was found. */
  readonly detail: string;
  /** A sentence that says what to do; null where there is nothing to do. */
  readonly remedy: string | null;
};

export const ok = (check: string, detail: string): Finding => ({ check, result: "ok", detail, remedy: null });

export const notChecked = (check: string, detail: string, remedy: string | null = null): Finding => {
  return { check, result: "not-checked", detail, remedy };
};

export const warning = (check: string, detail: string, remedy: string): Finding => {
  return { check, result: "warning", detail, remedy };
};

export const problem = (check: string, detail: string, remedy: string): Finding => {
  return { check, result: "problem", detail, remedy };
};

/** The worst finding decides. What could not be checked counts for nothing. */
export function exitCodeOf(findings: readonly Finding[]): number {
  const results = new Set(findings.map(({ result }) => result));
  if (results.has("unreachable")) return EXIT.tryLater;
  if (results.has("problem")) return EXIT.failed;
  return results.has("warning") ? EXIT.warned : EXIT.ok;
}

const WORDS = {
  ok: "ok",
  "not-checked": "not checked",
  warning: "warning",
  problem: "problem",
  unreachable: "problem",
} as const satisfies Record<Finding["result"], string>;

/** One line for each finding, and one below it where something is to be done. */
export function describeFindings(findings: readonly Finding[]): string {
  const lines = findings.map(({ check, result, detail, remedy }) => {
    const line = `${WORDS[result].padEnd(13)}${check}: ${detail}\n`;
    return remedy === null ? line : `${line}${" ".repeat(13)}-> ${remedy}\n`;
  });
  const counts = (["problem", "warning", "not checked", "ok"] as const).map((word) => {
    const count = findings.filter(({ result }) => WORDS[result] === word).length;
    return `${count} ${word === "problem" || word === "warning" ? `${word}${count === 1 ? "" : "s"}` : word}`;
  });
  return `${lines.join("")}\n${counts.join(", ")}\n`;
}
