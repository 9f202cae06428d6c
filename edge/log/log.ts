import { redactSecrets } from "./redact-secrets.ts";

/** Characters: a platform cuts longer lines at an arbitrary place. */
const LONGEST_REASON = 2000;

export type LogFields = Readonly<Record<string, unknown>>;

/**
 * One line of JSON for an error, one for each error of an AggregateError: `at` names the place, `error` holds the
 * messages of the error and its causes.
 */
export function logError(at: string, error: unknown, fields: LogFields = {}): void {
  for (const reason of reasonsOf(error)) {
    console.error(redactSecrets(JSON.stringify({ at, ...fields, error: reason.slice(0, LONGEST_REASON) })));
  }
}

/** One line of JSON that is no error. */
export function logFacts(at: string, facts: LogFields): void {
  console.log(redactSecrets(JSON.stringify({ at, ...facts })));
}

function reasonsOf(error: unknown, path: readonly string[] = []): string[] {
  if (error instanceof AggregateError) return error.errors.flatMap((inner) => reasonsOf(inner, path));
  const here = [...path, firstLine(error)];
  return error instanceof Error && error.cause !== undefined ? reasonsOf(error.cause, here) : [here.join(": ")];
}

/** Further lines of a failed statement contain its parameters. */
function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : typeof error === "string" ? error : "not an error";
  return message.split("\n", 1)[0] ?? "";
}
