import { describe, expect, it } from "vitest";
import journal from "../../migrations/pg/meta/_journal.json" with { type: "json" };
import { compareMigrations, readWith } from "./migrations.ts";

const ALL = journal.entries.map(({ tag }) => `${tag}.sql`);
const NEWEST = ALL.at(-1)!;

describe("the migrations of a database", () => {
  it("are all missing in a Postgres that was never migrated, and unknown in a D1 without wrangler's list", () => {
    expect(compareMigrations("postgres", null)).toEqual({ newest: NEWEST, applied: 0, missing: ALL, unknown: [] });
    expect(compareMigrations("d1", null)).toMatchObject({ applied: null, missing: [], unknown: [] });
  });

  it("are compared with those of the release", () => {
    const applied = [...ALL.slice(0, -1), "9999_later.sql"];
    expect(compareMigrations("postgres", applied)).toEqual({
      ...{ newest: NEWEST, applied: applied.length, missing: [NEWEST], unknown: ["9999_later.sql"] },
    });
  });

  it("explain a table that cannot be read only where one is missing", async () => {
    const read = () => Promise.reject(new Error("no such table"));
    expect(await readWith(compareMigrations("postgres", null), read, "nothing")).toBe("nothing");
    await expect(readWith(compareMigrations("postgres", ALL), read, "nothing")).rejects.toThrow("no such table");
  });
});
