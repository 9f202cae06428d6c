import type { OverviewFigures } from "../../../application/ports/overview-figures.ts";
import { overviewOf } from "../../rows/overview-rows.ts";
import type { Database } from "../database.ts";
import { overviewStatements } from "./overview-statements.ts";

export function pgOverviewFigures(db: Database): OverviewFigures {
  return {
    read: async (input) => {
      const results = await db.snapshot(overviewStatements(input));
      return overviewOf(
        results.map(({ rows }) => rows),
        input,
      );
    },
  };
}
