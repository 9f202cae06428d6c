import type { OverviewFigures } from "../../../application/ports/overview-figures.ts";
import { overviewOf } from "../../rows/overview-rows.ts";
import { batched, type Database } from "../database.ts";
import { overviewStatements } from "./overview-statements.ts";

export function d1OverviewFigures(db: Database): OverviewFigures {
  return {
    read: async (input) => {
      const [first, ...others] = overviewStatements(input).map((statement) => batched(db, statement));
      const results = await db.batch([first!, ...others]);
      return overviewOf(
        (results as unknown as readonly Results[]).map((result) => result.results),
        input,
      );
    },
  };
}

type Results = { readonly results: readonly Readonly<Record<string, unknown>>[] };
