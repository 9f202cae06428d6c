import * as z from "zod";

/** A whole number from [vars], as text or as a number. Coercion reads `true` as 1 and empty text as 0. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER) {
  const digits = z.string().regex(/^\d{1,15}$/, "a whole number in digits");
  return z
    .union([z.int(), digits.transform(Number)], { error: "a whole number in digits" })
    .pipe(z.int().min(least).max(most));
}

export function seconds(standard: number) {
  return wholeNumber(1).default(standard);
}

/** A setting that belongs into `wrangler secret put`: docs/configuration.md lists it apart. */
export function secret<S extends z.ZodType>(schema: S, description: string): S {
  return schema.meta({ description, secret: true });
}

/**
 * Unknown settings that begin like one of ours: a misspelled limit would otherwise be no limit. Bindings are objects
 * and not checked.
 */
export function unknownSettings(env: Readonly<Record<string, unknown>>, known: readonly string[]): string[] {
  const families = new Set(known.map((name) => name.split("_")[0]));
  return Object.entries(env)
    .filter(([, value]) => ["string", "number", "boolean"].includes(typeof value))
    .map(([name]) => name)
    .filter((name) => !known.includes(name) && families.has(name.split("_")[0]));
}

const ORIGIN = /^https?:\/\/(?:\*\.)?[a-z0-9.-]+(?::\d{1,5})?$/i;

/** Sources of the CSP directive `frame-ancestors`: nothing of the text may end the directive. */
export const frameAncestors = z.string().transform((text, check) => {
  const sources = text.split(" ").filter((one) => one !== "");
  if (text === "*") return ["*"];
  // The policy writes it with quotes.
  const origins = sources.filter((one) => one !== "self" && one !== "'self'");
  if (sources.length > 0 && origins.every((one) => ORIGIN.test(one))) return ["'self'", ...origins];
  check.addIssue({
    code: "custom",
    message: "origins separated by spaces, such as https://site.example, or *, or self",
  });
  return z.NEVER;
});
