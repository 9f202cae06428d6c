import { sqliteTable, text } from "drizzle-orm/sqlite-core";
import { timestamp } from "./columns.ts";

/** When parts of the service last ran: the Cron Trigger, the consumer of each queue, a processor. */
export const serviceMark = sqliteTable("service_mark", {
  name: text("name").primaryKey(),
  at: timestamp("at").notNull(),
});
