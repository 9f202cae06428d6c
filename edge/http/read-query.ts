import type * as z from "zod";
import { inputProblems } from "./input-problems.ts";
import type { ReadInput } from "./read-json.ts";
import { refused } from "./refusal.ts";

/** The query parsed by `schema`, or its problems. A repeated parameter is refused. */
export function readQuery<S extends z.ZodType>(request: Request, schema: S): ReadInput<z.output<S>> {
  const { url } = request;
  // Parsing the URL takes longer than reading a short body.
  const searchParams = url.includes("?") ? new URL(url).searchParams : null;
  const parsed = schema.safeParse(searchParams === null ? {} : Object.fromEntries(searchParams));
  if (!parsed.success) return refused("invalid", inputProblems(parsed.error, "query"));
  const repeated = searchParams === null ? undefined : repeatedName(searchParams);
  // Every name is known here, so it may be shown.
  if (repeated !== undefined) return refused("invalid", `${repeated}: given twice`);
  return { kind: "value", value: parsed.data };
}

function repeatedName(searchParams: URLSearchParams): string | undefined {
  return [...searchParams.keys()].find((name) => searchParams.getAll(name).length > 1);
}
