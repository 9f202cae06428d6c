import { bigint, boolean, customType, doublePrecision, jsonb, json as storedAsGiven } from "drizzle-orm/pg-core";

/*
 * The kinds of columns under the names that the schema of D1 uses, so that both schemas read alike.
 */

/** Ordered and compared by its bytes, as in SQLite, in every language setting of the database. */
export const text = customType<{ data: string; driverData: string }>({ dataType: () => 'text COLLATE "C"' });
/** A number of milliseconds does not fit into four bytes. */
export const integer = (name: string) => bigint(name, { mode: "number" });
export const real = (name: string) => doublePrecision(name);
export const json = (name: string) => jsonb(name);
/** Keeps the order of members, which jsonb does not. */
export const orderedJson = (name: string) => storedAsGiven(name);
/** Times are integers of milliseconds since the epoch, durations are seconds. */
export const timestamp = integer;
export const flag = (name: string) => boolean(name);
