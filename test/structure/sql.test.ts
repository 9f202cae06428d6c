import { expect, it } from "vitest";
import { readSourceFiles } from "./source-files.ts";

/** Tests of the dialect itself: its limits, plans and triggers, and what stands between the tests and the database. */
const OF_THE_DIALECT = [
  "test/fixtures/isolates/local-worker.ts",
  "test/inspection/",
  "test/postgres/database-transfer.test.ts",
  "test/postgres/filled-d1.ts",
  "test/workerd/apply-migrations.ts",
  "test/workerd/database/",
  "test/workerd/enforce-d1-limits.ts",
  "test/workerd/support/d1-persistence.ts",
  "test/workerd/support/faulty-d1.ts",
];

it("tests send SQL through test/inspection, so that another database needs one more module", () => {
  const sending = readSourceFiles(["test"]).filter(({ text }) => /\.prepare\(/.test(text));
  const others = sending.map(({ path }) => path).filter((path) => !OF_THE_DIALECT.some((own) => path.startsWith(own)));
  expect(others).toEqual([]);
  const unused = OF_THE_DIALECT.filter((own) => !sending.some(({ path }) => path.startsWith(own)));
  expect(unused).toEqual([]);
});
