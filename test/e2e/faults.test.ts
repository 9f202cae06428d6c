import { expect, it } from "vitest";
import { runFaults } from "../faults/fault-run.ts";

/* The short form of the fault run; `npm run test:faults -- --long` is the long one (docs/reliability.md). */

it("brings every job to its end through kills, pauses, outages, lost replies and cut downloads", {
  timeout: 900_000,
}, async () => {
  const seed = Number(process.env.FAULT_SEED ?? 1);
  const report = await runFaults({
    // Two processors beside another test: with shorter distances no attempt ends, and the run waits until they are stretched.
    processors: { kind: "polling", blowEvery: [4, 9], leastBlows: 4 },
    ...{ posts: 5, seed, clipSeconds: 8, leaseSeconds: 6, longestWaitSeconds: 4 },
    ...{ faultRate: 0.05, leastOfEachFault: 0, calmAfterSeconds: 300 },
    ...{ outageEvery: [8, 25], cancelEvery: [2, 6], emptyEvery: [1, 4] },
    collects: true,
    say: () => {},
  });
  expect(report.violations, `seed ${seed}`).toEqual([]);
  expect(report.published).toBe(3);
  expect(report.retried).toBe(report.cancelled);
  expect(report.emptyUploadsRefused).toBeGreaterThan(1);
  expect(report.kills + report.pauses).toBeGreaterThan(3);
});
