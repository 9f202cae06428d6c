import { sql } from "drizzle-orm";
import type { EncoderJobs } from "../../../application/ports/encoder-jobs.ts";
import type { Database } from "../database.ts";
import { ENCODER_JOB_STATE, type EncoderJobRow, stateOf } from "./encoder-job-state.ts";

export function d1EncoderJobs(db: Database): EncoderJobs {
  return {
    find: async (jobId) => {
      const row = await db.get<EncoderJobRow | undefined>(sql`${ENCODER_JOB_STATE} WHERE e.job_id = ${jobId}`);
      return row === undefined ? null : stateOf(row);
    },
  };
}
