import * as z from "zod";
import type { FreshnessRules } from "../gate/freshness.ts";
import { wholeNumber } from "./setting-types.ts";

/** How late the key endpoint and token issue may know a change. */
export const GATE_SETTINGS = {
  GATE_FRESH_SECONDS: wholeNumber(0, 60)
    .default(5)
    .describe(
      "how old parts and revocations in memory may be, and so how late a revocation takes effect; 0 reads for every request",
    ),
  GATE_STALE_SECONDS: wholeNumber(0, 3600)
    .default(60)
    .describe(
      "how old parts and revocations may be while the database does not answer; no effect if `GATE_FRESH_SECONDS` is 0",
    ),
  GATE_LOCATION_COPIES: z
    .enum(["on", "off"])
    .default("on")
    .describe(
      "whether the Workers of a location share what they have read, in its cache; no effect if `GATE_FRESH_SECONDS` is below 4",
    ),
};

type GateSettings = z.infer<z.ZodObject<typeof GATE_SETTINGS>>;

export function freshnessRules({ GATE_FRESH_SECONDS, GATE_STALE_SECONDS }: GateSettings): FreshnessRules {
  if (GATE_FRESH_SECONDS === 0) return { freshMs: 0, staleMs: 0 };
  return { freshMs: GATE_FRESH_SECONDS * 1000, staleMs: Math.max(GATE_FRESH_SECONDS, GATE_STALE_SECONDS) * 1000 };
}
