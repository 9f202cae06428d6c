import { sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { openDatabase, type PgResult } from "./database.ts";
import { IncompleteAnswer } from "./database-errors.ts";

const ROWS = [{ n: 1 }, { n: 2 }];

/** A database whose every statement has this answer. */
const answering = (answer: PgResult) => openDatabase((work) => work({ query: async () => answer }));

it.each([
  ["without an end", { rows: ROWS, rowCount: null, command: null }],
  ["of fewer rows than its end says", { rows: ROWS, rowCount: 3, command: "SELECT" }],
  ["of no row where its end says one", { rows: [], rowCount: 1, command: "SELECT" }],
  ["of fewer returned rows than were changed", { rows: ROWS, rowCount: 3, command: "UPDATE" }],
])("refuses an answer %s", async (_, answer) => {
  await expect(answering(answer).run(sql`SELECT 1`)).rejects.toThrow(IncompleteAnswer);
});

it.each([
  ["rows", { rows: ROWS, rowCount: 2, command: "SELECT" }],
  ["no rows", { rows: [], rowCount: 0, command: "SELECT" }],
  ["changes without rows", { rows: [], rowCount: 3, command: "UPDATE" }],
  ["a setting, whose end has no number", { rows: [{ n: 1 }], rowCount: null, command: "SHOW" }],
])("takes an answer with %s", async (_, answer) => {
  expect((await answering(answer).run(sql`SELECT 1`)).rows).toBe(answer.rows);
});
