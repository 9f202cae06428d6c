import { STANDARD_JOB_RULES } from "../../shared/domain/job/transcode-job.ts";
import type { Connect, PgClient } from "../../shared/persistence/pg/database.ts";
import { pgPersistence } from "../../shared/persistence/pg/persistence.ts";

/** A statement, and the rows of tables and entries of indexes that it looked at. */
export type Cost = { readonly text: string; readonly rowsRead: number };

type Node = {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Actual Rows": number;
  readonly "Actual Loops": number;
  readonly "Rows Removed by Filter"?: number;
  readonly Plans?: readonly Node[];
};

/** Every statement that the ports send while `use` runs is carried out twice: explained and undone, then in earnest. */
export async function costsOf(
  connect: Connect,
  use: (persistence: ReturnType<typeof pgPersistence>) => Promise<unknown>,
): Promise<readonly Cost[]> {
  const costs: Cost[] = [];
  const explaining: Connect = (work) =>
    connect(async (client) => {
      let isInTransaction = false;
      // In turn: a pipeline would explain a statement before the ones ahead of it.
      let before: Promise<unknown> = Promise.resolve();
      const query: PgClient["query"] = (statement) => {
        const answer = before.then(async () => {
          const isFrame = /^(BEGIN|COMMIT)/.test(statement.text);
          if (!isFrame) {
            await client.query({ text: isInTransaction ? "SAVEPOINT explained" : "BEGIN" });
            const text = `EXPLAIN (ANALYZE, FORMAT JSON, TIMING OFF) ${statement.text}`;
            const { rows } = await client.query({ ...statement, text });
            const [explained] = rows.map((row) => row["QUERY PLAN"] as readonly { Plan: Node }[]);
            for (const { Plan } of explained ?? []) costs.push({ text: statement.text, rowsRead: rowsReadBy(Plan) });
            await client.query({ text: isInTransaction ? "ROLLBACK TO explained" : "ROLLBACK" });
          }
          isInTransaction = isFrame ? statement.text !== "COMMIT" : isInTransaction;
          return client.query(statement);
        });
        before = answer;
        return answer;
      };
      return work({ query });
    });
  await use(pgPersistence(explaining, STANDARD_JOB_RULES));
  return costs;
}

function rowsReadBy(node: Node): number {
  const isRead = node["Relation Name"] !== undefined && node["Node Type"].includes("Scan");
  const looked = (node["Actual Rows"] + (node["Rows Removed by Filter"] ?? 0)) * node["Actual Loops"];
  return (node.Plans ?? []).reduce((sum, below) => sum + rowsReadBy(below), isRead ? looked : 0);
}
