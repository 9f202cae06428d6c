import { sql } from "drizzle-orm";
import { describe, expect, inject, it } from "vitest";
import { clientPerCall } from "../../shared/persistence/pg/clients.ts";
import { openDatabase } from "../../shared/persistence/pg/database.ts";

const VALUE = 'llk_value "of" a statement';
const PASSWORD = "correct-horse-battery";
/** Empty where the machine has none. */
const server = inject("postgresNewest");

const at = (address: Partial<URL>) => {
  const connectionString = Object.assign(new URL(server), address).href;
  return openDatabase(clientPerCall({ connectionString, application_name: "test" }));
};

/** Everything that a log or a response could show of a failure. */
async function shownOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (failure: unknown) => failure,
  );
  if (!(error instanceof Error)) throw new Error("it did not fail with an error");
  const fields = Object.getOwnPropertyNames(error).map((name) => String(error[name as keyof Error]));
  return [error.message, error.stack, String(error.cause), ...fields].join("\n");
}

describe.skipIf(server === "")("an error of Postgres", () => {
  it.each([
    ["text that is no number", sql`SELECT ${VALUE}::bigint`, "22P02"],
    ["text that is no JSON", sql`SELECT ${VALUE}::jsonb`, "22P02"],
    ["a number out of range", sql`SELECT (${"918273645546372819"}::bigint)::integer`, "22003"],
    ["a violated constraint", sql`INSERT INTO held VALUES (${VALUE})`, "23514"],
    ["a statement that does not parse", sql`SELECT FROM WHERE ${VALUE}`, "42601"],
  ])("shows its code and none of the values that were sent: %s", async (_, statement, code) => {
    const shown = await shownOf(at({}).batch([sql`CREATE TEMP TABLE held (value text CHECK (value = ''))`, statement]));
    expect(shown).toContain(code);
    expect(shown).not.toMatch(/llk_value|918273645546372819/);
  });

  it("says what to do where a table or a column of the release is missing", async () => {
    for (const statement of [sql`SELECT 1 FROM video_post`, sql`SELECT absent FROM pg_class`]) {
      expect(await shownOf(at({}).run(statement))).toMatch(/does not exist .*Run ladderlock migrate of this release/);
    }
  });

  it("shows no password of a server that is away, that is unknown, or that refuses it", async () => {
    const addresses = [{ port: "9" }, { hostname: "nowhere.invalid" }, {}];
    for (const address of addresses) {
      const shown = await shownOf(at({ ...address, username: "nobody", password: PASSWORD }).run(sql`SELECT 1`));
      expect(shown).not.toContain(PASSWORD);
    }
  });
});
