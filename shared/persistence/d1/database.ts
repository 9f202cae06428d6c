import type { SQL } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { type DrizzleD1Database, drizzle } from "drizzle-orm/d1";
import { SQLiteAsyncDialect } from "drizzle-orm/sqlite-core";
import * as callers from "./schema/callers.ts";
import * as encoder from "./schema/encoder.ts";
import * as idempotency from "./schema/idempotency.ts";
import * as jobs from "./schema/jobs.ts";
import * as launches from "./schema/launches.ts";
import * as library from "./schema/library.ts";
import * as playback from "./schema/playback.ts";
import * as service from "./schema/service.ts";
import * as uploads from "./schema/uploads.ts";
import * as posts from "./schema/video-post.ts";
import * as webhooks from "./schema/webhooks.ts";

const schema = {
  ...posts,
  ...playback,
  ...jobs,
  ...launches,
  ...callers,
  ...uploads,
  ...idempotency,
  ...library,
  ...webhooks,
  ...encoder,
  ...service,
};

export type Database = DrizzleD1Database<typeof schema> & { readonly $client: D1Binding };

/** The used part of Cloudflare's D1 binding, so that shared/ needs no Workers types. */
export type D1Binding = Parameters<typeof drizzle>[0];

export function openDatabase(binding: D1Binding): Database {
  return drizzle(binding, { schema }) as Database;
}

const dialect = new SQLiteAsyncDialect();

/**
 * A statement written as text, as an item of `db.batch`. drizzle 0.45 takes query builders there and fails on
 * `db.run(sql)`, which it has not prepared; this is the prepared form that it looks for.
 */
export function batched(db: Database, statement: SQL): BatchItem<"sqlite"> & { _: { result: D1RunResult } } {
  const query = dialect.sqlToQuery(statement);
  const prepared = {
    stmt: db.$client.prepare(query.sql),
    getQuery: () => query,
    mapResult: (result: unknown) => result,
  };
  return { _prepare: () => prepared } as never;
}

export type D1RunResult = { readonly meta: { readonly changes: number } };
