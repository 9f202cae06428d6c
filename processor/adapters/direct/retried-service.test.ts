import { describe, expect, it } from "vitest";
import type { JobService } from "../../../shared/application/job-service/job-service.ts";
import { retriedService } from "./retried-service.ts";

const HELD = { jobId: "j1", credential: "" };
const REPORT = { keyVersion: 1, variants: [] };

/** Fails `failures` times, then succeeds. Each pause ends as `ends` says. */
function failing(failures: number, ends: "early" | "over") {
  const tries: number[] = [];
  const pauses: number[] = [];
  const recordEncrypt = async () => {
    tries.push(tries.length + 1);
    if (tries.length <= failures) throw new Error("away");
    return { kind: "done", value: null } as const;
  };
  const service = retriedService({ recordEncrypt } as unknown as JobService, {
    kindOfFault: () => "passing",
    sleep: async (ms) => {
      pauses.push(ms);
      return ends;
    },
  });
  return { tries, pauses, record: () => service.recordEncrypt(HELD, REPORT) };
}

describe("a result that the database does not take", () => {
  it("is repeated for minutes, and then given up", async () => {
    const { record, tries, pauses } = failing(100, "over");
    await expect(record()).rejects.toThrow("The database could not be reached.");
    expect(tries).toHaveLength(16);
    expect(pauses.reduce((sum, ms) => sum + ms)).toBeGreaterThan(120_000);
  });

  it("is repeated whenever the database returns, however often it goes away again", async () => {
    const { record, tries, pauses } = failing(100, "early");
    expect(await record()).toEqual({ kind: "done", value: null });
    expect(tries).toHaveLength(101);
    expect(new Set(pauses)).toEqual(new Set([500]));
  });
});
