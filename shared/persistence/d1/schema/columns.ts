import { integer } from "drizzle-orm/sqlite-core";

/** Times are integers of milliseconds since the epoch, durations are seconds. */
export const timestamp = (name: string) => integer(name);
export const flag = (name: string) => integer(name, { mode: "boolean" });
