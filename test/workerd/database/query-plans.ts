import { STANDARD_JOB_RULES } from "../../../shared/domain/transcode-job.ts";
import { d1Persistence } from "../../../shared/persistence/d1/persistence.ts";
import { testEnv } from "../support/test-env.ts";

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
