import { readdirSync, readFileSync } from "node:fs";
import {
  generateDrizzleJson,
  generateMigration,
  generateSQLiteDrizzleJson,
  generateSQLiteMigration,
} from "drizzle-kit/api";
import { is, SQL, type Table } from "drizzle-orm";
import { PgDialect, type PgTable, getTableConfig as pgConfig } from "drizzle-orm/pg-core";
import { SQLiteSyncDialect, SQLiteTable, getTableConfig as sqliteConfig } from "drizzle-orm/sqlite-core";
import { describe, expect, it } from "vitest";

const ROOT = new URL("../../", import.meta.url);
const d1 = await tablesIn("d1");
const pg = await tablesIn("pg");

async function tablesIn(dialect: "d1" | "pg"): Promise<Record<string, Table>> {
  const folder = new URL(`shared/persistence/${dialect}/schema/`, ROOT);
  const files = readdirSync(folder).filter((name) => name !== "columns.ts");
  const modules = await Promise.all(files.map((name) => import(new URL(name, folder).href)));
  const exported = modules.flatMap((module): [string, unknown][] => Object.entries(module));
  return Object.fromEntries(exported.filter((entry): entry is [string, Table] => isTable(entry[1])));
}

function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && Symbol.for("drizzle:IsDrizzleTable") in value;
}

const sqlite = new SQLiteSyncDialect();
const postgres = new PgDialect();

/** The kinds of columns that both databases have, by the types that each stores them as. */
const KINDS: Readonly<Record<string, string>> = {
  ...{ text: "text", 'text COLLATE "C"': "text", integer: "integer", bigint: "integer" },
  ...{ real: "real", "double precision": "real", boolean: "flag", jsonb: "json", json: "json" },
};

type Config = ReturnType<typeof pgConfig> | ReturnType<typeof sqliteConfig>;

/** A table without what only one of the two databases has. */
function shapeOf(table: Table) {
  const config: Config = is(table, SQLiteTable) ? sqliteConfig(table) : pgConfig(table as PgTable);
  const text = (expression: SQL) => normalized((is(table, SQLiteTable) ? sqlite : postgres).sqlToQuery(expression).sql);
  const indexes = config.indexes.map(({ config: { name, unique, columns, where } }) => ({
    name,
    unique,
    columns: (columns as readonly unknown[]).map((column) => (is(column, SQL) ? text(column) : nameOf(column))),
    where: where === undefined ? null : text(where),
  }));
  return {
    name: config.name,
    columns: config.columns.map((column) => ({
      name: column.name,
      kind: kindOf(column),
      notNull: column.notNull,
      default: column.default ?? null,
      primary: column.primary,
    })),
    primaryKeys: config.primaryKeys.map(({ columns }) => columns.map(({ name }) => name)),
    indexes: indexes.toSorted((a, b) => String(a.name).localeCompare(String(b.name))),
  };
}

function kindOf(column: Config["columns"][number]): string | undefined {
  if (column.dataType === "json") return "json";
  return column.dataType === "boolean" ? "flag" : KINDS[column.getSQLType()];
}

function nameOf(column: unknown): unknown {
  return (column as { name?: string }).name;
}

/** The same condition in the words of both dialects. */
function normalized(text: string): string {
  const plain = text.replaceAll(/["`]/g, "").replaceAll(/\s+/g, " ");
  return plain.replaceAll(/IS DISTINCT FROM/g, "IS NOT").replace(/^\((.*)\)$/, "$1");
}

/** The newest snapshot of drizzle-kit, which its next migration starts from. */
function snapshotOf(dialect: "d1" | "pg") {
  const folder = new URL(`migrations/${dialect}/meta/`, ROOT);
  const newest = readdirSync(folder)
    .filter((name) => name.endsWith("_snapshot.json"))
    .toSorted()
    .at(-1)!;
  return JSON.parse(readFileSync(new URL(newest, folder), "utf8"));
}

describe("the schemas", () => {
  it("have the same tables in both databases", () => {
    expect(Object.keys(d1).length).toBeGreaterThan(20);
    expect(Object.keys(pg).toSorted()).toEqual(Object.keys(d1).toSorted());
  });

  it.each(Object.keys(d1))("have the same columns, keys and indexes of %s in both databases", (name) => {
    const shape = shapeOf(d1[name]!);
    for (const { kind } of shape.columns) expect(kind).toBeDefined();
    expect(shapeOf(pg[name]!)).toEqual(shape);
  });

  it("are what the migrations make", async () => {
    const sqliteSnapshot = snapshotOf("d1");
    expect(
      await generateSQLiteMigration(sqliteSnapshot, await generateSQLiteDrizzleJson(d1, sqliteSnapshot.id)),
    ).toEqual([]);
    const pgSnapshot = snapshotOf("pg");
    expect(await generateMigration(pgSnapshot, generateDrizzleJson(pg, pgSnapshot.id))).toEqual([]);
  });
});
