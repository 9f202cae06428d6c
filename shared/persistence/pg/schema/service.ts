import { pgTable } from "drizzle-orm/pg-core";
import { text, timestamp } from "./columns.ts";

/** When parts of the service last ran: the Cron Trigger, the consumer of each queue, a processor. */
export const serviceMark = pgTable("service_mark", {
  name: text("name").primaryKey(),
  at: timestamp("at").notNull(),
});
