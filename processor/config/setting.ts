import { z } from "zod";

/** One environment variable: how it is read, and what `--help` and docs/configuration.md say of it. */
export type Setting<S extends z.ZodType = z.ZodType> = {
  readonly schema: S;
  readonly meaning: string;
  /** What the number counts; null for text. */
  readonly unit: string | null;
  /** As one would write it; null where there is none. */
  readonly preset: string | null;
  readonly required: boolean;
};

type Said = { readonly meaning: string; readonly unit?: string };

function setting<S extends z.ZodType>(schema: S, { meaning, unit }: Said, preset: string | null, required = false) {
  return { schema, meaning, unit: unit ?? null, preset, required } satisfies Setting<S>;
}

/** `meaning` completes "set it to ...". */
export function required(meaning: string) {
  return setting(missing(meaning), { meaning }, null, true);
}

export function requiredUrl(meaning: string) {
  const schema = missing(meaning)
    .refine(isHttpUrl, { error: `is not an http or https address: set it to ${meaning}` })
    .transform((value) => value.replace(/\/+$/, ""));
  return setting(schema, { meaning }, null, true);
}

export function text(preset: string, meaning: string) {
  return setting(z.string().default(preset), { meaning }, preset);
}

export function optionalText(meaning: string) {
  return setting(
    z
      .string()
      .optional()
      .transform((value) => value ?? null),
    { meaning },
    null,
  );
}

export type Range = Said & { readonly preset: number; readonly from: number; readonly to: number };

export function wholeNumber(range: Range) {
  return setting(numberIn({ ...range, whole: true }), range, String(range.preset));
}

export function decimal(range: Range) {
  return setting(numberIn({ ...range, whole: false }), range, String(range.preset));
}

export function choice(preset: string, values: readonly string[], meaning: string) {
  const error = `must be one of ${values.join(", ")} (default ${preset})`;
  const schema = z
    .string()
    .default(preset)
    .refine((value) => values.includes(value), { error });
  return setting(schema, { meaning: `${meaning}: ${values.join(", ")}` }, preset);
}

export function trueOrFalse(preset: boolean, meaning: string) {
  const schema = z
    .enum(["true", "false"], { error: `must be true or false (default ${preset})` })
    .default(preset ? "true" : "false")
    .transform((value) => value === "true");
  return setting(schema, { meaning: `${meaning}: true, false` }, String(preset));
}

/** Any other rule: `parse` returns undefined for what it refuses. */
export function parsed<T>(preset: string, error: string, said: Said, parse: (value: string) => T | undefined) {
  const schema = z
    .string()
    .default(preset)
    .transform((value, check) => {
      const result = parse(value);
      if (result !== undefined) return result;
      check.addIssue({ code: "custom", message: error });
      return z.NEVER;
    });
  return setting(schema, said, preset);
}

function missing(meaning: string) {
  return z.string({ error: `is missing: set it to ${meaning}` });
}

function numberIn({ preset, from, to, whole }: Range & { whole: boolean }) {
  const error = `must be a ${whole ? "whole " : ""}number from ${from} to ${to} (default ${preset})`;
  const bounded = z.number({ error }).min(from, { error }).max(to, { error });
  return z.preprocess(
    (value) => (value === undefined ? preset : Number(value)),
    whole ? bounded.refine(Number.isSafeInteger, { error }) : bounded,
  );
}

function isHttpUrl(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}
