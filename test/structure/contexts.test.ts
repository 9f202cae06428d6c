import { describe, expect, it } from "vitest";
import { isTest, readSourceFiles } from "./source-files.ts";

/** Files that take the whole Context of an isolate, and why. All others name what they use of it. */
const WHOLE: Readonly<Record<string, string>> = {
  "edge/context.ts": "the composition root creates it",
  "edge/index.ts": "keeps it for the isolate",
  "edge/request-handler.ts": "gives it to everything that answers requests",
  "edge/app.ts": "gives it to the routes",
  "edge/routes/all.ts": "the list of routes, which use different parts of it",
  "edge/api/mount.ts": "passes it to the routes",
  "edge/api/fixed-paths.ts": "passes it to the routes",
  "edge/api/serve.ts": "passes it to the handler of a route",
  "edge/api/perform.ts": "passes it to the handler of a route",
  "edge/scheduled.ts": "gives it to the steps of the Cron Trigger",
  "edge/handle-messages.ts": "gives it to the handlers of messages",
};

/** Statements, comments, and what names members of the type. */
const OTHER_USES = [
  /^(?:import|export)\s+(?:type\s+)?\{[^}]*\}\s*from\s*"[^"]*";/gm,
  /\/\*[\s\S]*?\*\//g,
  /\/\/.*$/gm,
  /\bPick<\s*Context\b/g,
  /\bkeyof Context\b/g,
  /\bContext\["/g,
];

function takesWhole(text: string): boolean {
  return /\bContext\b/.test(OTHER_USES.reduce((left, use) => left.replaceAll(use, ""), text));
}

const IMPORTS_IT = /import (?:type )?\{[^}]*\bContext\b(?! as)[^}]*\} from "[./]+\/context\.ts"/;

const users = readSourceFiles(["edge"]).filter(
  ({ path, text }) => !isTest(path) && (path === "edge/context.ts" || IMPORTS_IT.test(text)),
);

describe("the Context", () => {
  it("is taken as a whole by the listed files alone", () => {
    const whole = users.filter(({ text }) => takesWhole(text)).map(({ path }) => path);
    expect(whole.toSorted()).toEqual(Object.keys(WHOLE).toSorted());
  });

  it("is found as a type, and its members are not", () => {
    const head = 'import type { Context } from "../context.ts";\n';
    const whole = ["(context: Context)", "Route<Context>", "Omit<Context, 'env'>", "{ env }: Context,"];
    expect(whole.filter((text) => !takesWhole(head + text))).toEqual([]);
    const members = [
      'Pick<Context, "env">',
      'Pick<\n  Context,\n  "env"\n>',
      'Context["env"]',
      "/** Of the Context. */",
    ];
    expect(members.filter((text) => takesWhole(head + text))).toEqual([]);
  });

  it("is imported by the files that this test reads", () => {
    expect(users.length).toBeGreaterThan(50);
  });
});
