import type * as z from "zod";

/**
 * The problems of an input, field by field, as the detail of a refusal. `whole` names the input itself; `kind` is the
 * term for an unknown name.
 */
export function inputProblems(error: z.ZodError, whole: "body" | "query"): string {
  const kind = whole === "query" ? "parameter" : "field";
  const problems = error.issues.flatMap((issue) => {
    if (issue.code !== "unrecognized_keys") return [`${issue.path.join(".") || whole}: ${issue.message}`];
    return issue.keys.map((key) => `${[...issue.path, shownName(key)].join(".")}: unknown ${kind}`);
  });
  return problems.slice(0, MOST_PROBLEMS).join("; ");
}

/** Of text that no database may be given. */
export const UNSTORABLE = "must not contain U+0000 or half of a surrogate pair";

export function shownPath(path: readonly string[], whole: "body" | "query"): string {
  return path.map(shownName).join(".") || whole;
}

/** A body of 256 kB can have more wrong fields than anyone reads. */
const MOST_PROBLEMS = 20;

/** Shorter than any secret: a name from the client is repeated only if it cannot be a credential. */
const NAME = /^[A-Za-z0-9_.-]{1,30}$/;

function shownName(name: string): string {
  return NAME.test(name) ? name : "(a name that is not shown)";
}
