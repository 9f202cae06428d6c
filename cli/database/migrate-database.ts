import { EXIT } from "../../processor/cli/exit-codes.ts";
import type { Output } from "../../processor/cli/output.ts";
import { withOneClient } from "../../shared/persistence/pg/clients.ts";
import { type MigrateOutcome, MigrationFailed, migrate } from "../../shared/persistence/pg/migrations/migrate.ts";
import { connectionProblem, type Problem } from "./connection-problem.ts";
import { fileProblem } from "./file-problem.ts";
import { readMigrations } from "./read-migrations.ts";
import { describeRefusal } from "./refusal-text.ts";

export type MigrateCommand = { readonly dryRun: boolean; readonly json: boolean };

/** `ladderlock migrate`: resolves to the exit code. */
export async function migrateDatabase(
  { dryRun, json }: MigrateCommand,
  { url, now }: { readonly url: string; readonly now: () => number },
  { out, err }: Output,
): Promise<number> {
  const migrations = readMigrations();
  const options = { connectionString: url, application_name: "ladderlock migrate" };
  const outcome = await withOneClient(options, (client) => migrate(client, { migrations, dryRun, now })).catch(
    (error: unknown) => ({ kind: "problem", problem: problemOf(error, url) }) as const,
  );
  if (outcome.kind === "problem" || outcome.kind === "refused") {
    const { text, code } = outcome.kind === "problem" ? outcome.problem : describeRefusal(outcome.refusal);
    err(`${text}\n`);
    return code;
  }
  out(json ? `${JSON.stringify(asJson(outcome))}\n` : describe(outcome));
  return EXIT.ok;
}

type Done = Exclude<MigrateOutcome, { kind: "refused" }>;

function asJson(outcome: Done) {
  const { before } = outcome;
  return outcome.kind === "planned"
    ? { before, applied: [], pending: outcome.pending }
    : { before, applied: outcome.applied, pending: [] };
}

function describe(outcome: Done): string {
  const names = outcome.kind === "planned" ? outcome.pending : outcome.applied;
  if (names.length === 0)
    return `The database is up to date: it has all ${outcome.before} migrations of this release.\n`;
  const verb = outcome.kind === "planned" ? "Would apply" : "Applied";
  return `${verb} ${names.join(", ")}.\n`;
}

/** Throws what nobody foresaw. */
function problemOf(error: unknown, url: string): Problem {
  const cause = error instanceof MigrationFailed ? error.cause : error;
  const known = connectionProblem(cause, url);
  if (!(error instanceof MigrationFailed)) {
    if (known !== null) return known;
    // A certificate that the address names.
    const ofFile = fileProblem(error);
    if (ofFile === null) throw error;
    return { ...ofFile, code: EXIT.badConfiguration };
  }
  const undone = `The migration ${error.tag} was not applied, and nothing of it was kept.`;
  if (known !== null) return { text: `${undone} ${known.text}`, code: known.code };
  return {
    text: `${undone} Postgres reports: ${cause instanceof Error ? cause.message : "no reason"}`,
    code: EXIT.failed,
  };
}
