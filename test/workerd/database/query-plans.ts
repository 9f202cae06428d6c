import { STANDARD_JOB_RULES } from "../../../shared/domain/job/transcode-job.ts";
import { d1Persistence } from "../../../shared/persistence/d1/persistence.ts";
import { testEnv } from "../support/test-env.ts";

export type PlansOf = readonly (readonly string[])[];

/** What SQLite says of a table that it reads whole or sorts. */
const WHOLE = /SCAN (?!\(subquery|read\b|CONSTANT|json_each|value\b)|TEMP B-TREE|AUTOMATIC/;

/** Partial indexes that hold nothing but the rows of their statement, which therefore reads them whole. */
const PARTIAL =
  /^SCAN \w+ USING (COVERING )?INDEX (video_post_unfolded|published_video_unrecorded|upload_token_uploading)$/;

/** Of the plan of one statement. */
export function readsWhole(plan: readonly string[]): boolean {
  return plan.some((line) => WHOLE.test(line) && !PARTIAL.test(line));
}

/** The plan of every statement that the ports send while `use` runs, as SQLite describes it, line by line. */
export async function plansOf(use: (persistence: ReturnType<typeof d1Persistence>) => Promise<unknown>) {
  const plans: Promise<{ results: { detail: string }[] }>[] = [];
  const explaining = new Proxy(testEnv.DB, {
    get: (database, property) => {
      if (property !== "prepare") return Reflect.get(database, property);
      return (text: string) => {
        const statement = database.prepare(text);
        const bind = (...values: unknown[]) => {
          plans.push(
            database
              .prepare(`EXPLAIN QUERY PLAN ${text}`)
              .bind(...values)
              .all<{ detail: string }>(),
          );
          return statement.bind(...values);
        };
        return new Proxy(statement, { get: (found, name) => (name === "bind" ? bind : Reflect.get(found, name)) });
      };
    },
  });
  await use(d1Persistence(explaining, STANDARD_JOB_RULES));
  return (await Promise.all(plans)).map(({ results }) => results.map(({ detail }) => detail));
}
