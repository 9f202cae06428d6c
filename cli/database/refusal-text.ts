import { EXIT } from "../../processor/cli/exit-codes.ts";
import type { MigrateRefusal } from "../../shared/persistence/pg/migrations/migrate.ts";
import type { Problem } from "./connection-problem.ts";

const MOST_NAMES = 5;

export function describeRefusal(refusal: MigrateRefusal): Problem {
  return { text: textOf(refusal), code: codeOf(refusal) };
}

function textOf(refusal: MigrateRefusal): string {
  switch (refusal.kind) {
    case "busy":
      return `Another program migrates this database${refusal.holder === null ? "" : ` (${refusal.holder})`}. Run the command again when it has ended.`;
    case "edited":
      return `The migration ${refusal.tag} was applied with another text than it has in this release. Use an unchanged release; applied migrations are never edited.`;
    case "newer":
      return `A later release has migrated this database (${listed(refusal.unknown)}). Use that release or a later one.`;
    case "diverged":
      return `The database has the migration ${refusal.applied} where this release has ${refusal.expected}. Use the release that migrated it.`;
    case "foreign":
      return `The database holds tables of another program (${listed(refusal.tables)}). Name an empty database.`;
    case "old-server":
      return `The server is Postgres ${refusal.version}; ${refusal.oldest} or newer is required.`;
    case "not-utf8":
      return `The database has the encoding ${refusal.encoding}. Create one with the encoding UTF8.`;
    case "standby":
      return "The server is a standby, which takes no changes. Name the primary.";
    case "no-schema":
      return "The search path of the user names no schema that it may use. Create the schema, grant USAGE on it, or correct the search path.";
    case "other-schema":
      return `The tables of ladderlock are in the schema ${refusal.found}, and new ones would be in the schema ${refusal.schema}. Correct the search path of the user.`;
    case "no-permission":
      return `The user ${refusal.user} may not create tables in the schema ${refusal.schema}. Run GRANT CREATE ON SCHEMA ${refusal.schema} TO ${refusal.user} as its owner, or use the owner of the database.`;
    default:
      return refusal satisfies never;
  }
}

function codeOf({ kind }: MigrateRefusal): number {
  switch (kind) {
    case "busy":
      return EXIT.tryLater;
    case "edited":
    case "newer":
    case "diverged":
    case "foreign":
      return EXIT.failed;
    default:
      return EXIT.badConfiguration;
  }
}

function listed(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  return `${names.slice(0, MOST_NAMES).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
