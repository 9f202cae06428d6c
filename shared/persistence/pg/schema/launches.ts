import { sql } from "drizzle-orm";
import { index, pgTable, uniqueIndex } from "drizzle-orm/pg-core";
import type { LaunchState, RefusalCause } from "../../../domain/job/job-launch.ts";
import { integer, text, timestamp } from "./columns.ts";

/** Containers that were ordered for jobs. */
export const jobLaunch = pgTable(
  "job_launch",
  {
    launchId: text("launch_id").primaryKey(),
    jobId: text("job_id").notNull(),
    /** What its container works on: the job, and then the one that followed from its result. */
    runsJobId: text("runs_job_id").notNull(),
    /** Of that job when it was launched. A larger one now: it has been claimed since. */
    claimNo: integer("claim_no").notNull(),
    /** Counts the launches of the job. */
    number: integer("number").notNull(),
    /** Counts those in a row that no claim followed. */
    tries: integer("tries").notNull(),
    state: text("state").$type<LaunchState>().notNull(),
    platform: text("platform").notNull(),
    region: text("region"),
    platformId: text("platform_id"),
    cause: text("cause").$type<RefusalCause>(),
    reason: text("reason"),
    exitCode: integer("exit_code"),
    createdAt: timestamp("created_at").notNull(),
    updatedAt: timestamp("updated_at").notNull(),
    /** Without a claim until then the launch is given up. */
    claimBy: timestamp("claim_by").notNull(),
    /** The job is not launched again before. */
    nextAt: timestamp("next_at"),
    /** When the platform was last asked about it. */
    askedAt: timestamp("asked_at"),
  },
  (t) => [
    uniqueIndex("job_launch_number").on(t.jobId, t.number),
    index("job_launch_runs").on(t.runsJobId),
    index("job_launch_open").on(t.state).where(sql`state IN ('STARTING','STARTED','STOPPING')`),
  ],
);

/** What limits the creation of containers on a platform. */
export const launchRate = pgTable("launch_rate", {
  platform: text("platform").primaryKey(),
  /** When the whole burst is available again. */
  fullAt: timestamp("full_at").notNull(),
  /** Nothing is launched before. */
  pausedUntil: timestamp("paused_until").notNull(),
});
