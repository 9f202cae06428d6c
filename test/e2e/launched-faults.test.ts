import { expect, it } from "vitest";
import { runFaults } from "../faults/fault-run.ts";

/*
 * The short form of the fault run with a launcher; `npm run test:faults -- --launcher=local` is the longer one. Two posts meet
 * each fault of launches once, and four of their runs are killed. About 40 CPU seconds.
 */

it("does every job once through killed runs and lost, repeated and refused launches, and leaves no run behind", {
  timeout: 900_000,
}, async () => {
  const seed = Number(process.env.FAULT_SEED ?? 1);
  const report = await runFaults({
    processors: {
      kind: "launched",
      launchFaults: { rate: 1, again: false },
      blows: { share: 1, moments: ["claimed", "first-segment", "between", "encrypting"], again: false },
      ...{ pauseShare: 0, launchTimeoutSeconds: 20 },
    },
    ...{ posts: 2, seed, clipSeconds: 2, leaseSeconds: 3, longestWaitSeconds: 1 },
    ...{ faultRate: 0, leastOfEachFault: 0, calmAfterSeconds: 300 },
    ...{ outageEvery: null, cancelEvery: null, emptyEvery: null },
    // The other short form does.
    collects: false,
    say: () => {},
  });
  expect(report.violations, `seed ${seed}`).toEqual([]);
  expect([report.published, report.kills]).toEqual([report.posts, 4]);
});
