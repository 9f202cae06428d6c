import { env } from "cloudflare:workers";
import { afterEach, expect } from "vitest";
import entry from "../../edge/index.ts";
import {
  asInvocation,
  checkRows,
  checkStatements,
  countChanges,
  type SentStatement,
  takeViolations,
} from "./support/d1-limits.ts";
import { ofThisFile, startTestFile } from "./support/messages-of-this-file.ts";
import { running } from "./support/platform-calls.ts";

/*
 * Sits in the prototypes of the binding, so that no test, fixture or queue consumer of this isolate goes past it,
 * whatever it wraps the binding in.
 */
type Method = (this: never, ...args: unknown[]) => Promise<unknown>;
type Methods = Record<string, Method>;

const PATCHED = Symbol.for("ladderlock: D1 limits");
const binding = (env as unknown as { DB: D1Database }).DB;
const statementMethods = Object.getPrototypeOf(binding.prepare("SELECT 1")) as Methods & { [PATCHED]?: true };

startTestFile();
if (statementMethods[PATCHED] === undefined) {
  statementMethods[PATCHED] = true;
  for (const name of ["first", "run", "all", "raw"]) {
    before(statementMethods, name, (statement: SentStatement) => checkStatements([statement]));
  }
  const sessionMethods = Object.getPrototypeOf(binding.withSession()) as Methods;
  before(sessionMethods, "batch", (_session, statements) => checkStatements(statements as SentStatement[]));
  countInvocations();
}

function before(methods: Methods, name: string, check: (self: SentStatement, first: unknown) => void): void {
  const original = methods[name];
  if (original === undefined) throw new Error(`the D1 binding has no ${name} to watch`);
  methods[name] = async function (this: never, ...args: unknown[]) {
    check(this, args[0]);
    const answer = await original.apply(this, args);
    for (const result of [answer].flat()) {
      if (!isResult(result)) checkRows([result]);
      else {
        checkRows(result.results);
        countChanges(result.meta.changes);
      }
    }
    return answer;
  };
}

type Result = { readonly results: unknown[]; readonly meta: { readonly changes: number } };

function isResult(answer: unknown): answer is Result {
  return answer !== null && typeof answer === "object" && Array.isArray((answer as { results?: unknown }).results);
}

/** What the platform calls; tests that build their own Worker use `startWorker`, which counts as well. */
function countInvocations(): void {
  const handlers = entry as unknown as Record<string, (...args: unknown[]) => unknown>;
  for (const name of ["fetch", "scheduled", "queue"]) {
    const handler = handlers[name];
    if (handler === undefined) throw new Error(`the Worker has no ${name} to count`);
    handlers[name] = (first, ...others) => {
      const call = name === "queue" ? ofThisFile(first as MessageBatch) : first;
      return running(asInvocation(() => handler.call(entry, call, ...others)));
    };
  }
}

afterEach(() => {
  expect(takeViolations(), "D1 would have refused this").toEqual([]);
});
