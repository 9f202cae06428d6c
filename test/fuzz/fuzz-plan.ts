import type { FuzzRequest } from "./requests.ts";

/** Everything that it takes to see the failure again. */
export function failureReport(what: string, seed: number, number: number, request: FuzzRequest): string {
  return `${what}, FUZZ_SEED=${seed} FUZZ_CASE=${number}: ${JSON.stringify(request)}`;
}

export type FuzzPlan = { readonly seed: number; readonly numbers: readonly number[] };

/** FUZZ_SEED chooses other damage, FUZZ_CASE one case alone. Without them it is the same for everybody. */
export function fuzzPlan(cases: number, env: { FUZZ_SEED?: unknown; FUZZ_CASE?: unknown }): FuzzPlan {
  const seed = wholeNumber(env.FUZZ_SEED) ?? 20_261_122;
  const only = wholeNumber(env.FUZZ_CASE);
  return { seed, numbers: only === null ? Array.from({ length: cases }, (_, number) => number) : [only] };
}

function wholeNumber(text: unknown): number | null {
  if (text === undefined || text === "") return null;
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) throw new Error("FUZZ_SEED and FUZZ_CASE are whole numbers");
  return number;
}
