import type * as z from "zod";
import { inputProblems } from "./input-problems.ts";
import type { ReadInput } from "./read-json.ts";
import { refused } from "./refusal.ts";

/** The query parsed by `schema`, or its problems. A repeated parameter is refused. */
export function readQuery<S extends z.ZodType>(request: Request, schema: S): ReadInput<z.output<S>> {
  const { searchParams } = new URL(request.url);
  const parsed = schema.safeParse(Object.fromEntries(searchParams));
  if (!parsed.success) return refused("invalid", inputProblems(parsed.error, "query"));
  // Every name is known here, so it may be shown.
  const repeated = [...searchParams.keys()].find((name) => searchParams.getAll(name).length > 1);
  if (repeated !== undefined) return refused("invalid", `${repeated}: given twice`);
  return { kind: "value", value: parsed.data };
}
