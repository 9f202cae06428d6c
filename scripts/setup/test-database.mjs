import { SetupError } from "./setup-error.mjs";

/**
 * What `--db` among the arguments of `npm test` chooses, and the other arguments.
 *
 * @param {readonly string[]} args
 * @returns {{ onPostgres: boolean, others: string[] }}
 */
export function chooseTestDatabase(args) {
  const chosen = args.filter((argument) => argument === "--db" || argument.startsWith("--db="));
  const wrong = chosen.find((argument) => argument !== "--db=postgres" && argument !== "--db=d1");
  if (wrong !== undefined) throw new SetupError(`Write --db=d1 or --db=postgres, not ${wrong}.`);
  if (new Set(chosen).size > 1) throw new SetupError("The tests run on one database at a time: name one --db.");
  return { onPostgres: chosen[0] === "--db=postgres", others: args.filter((argument) => !chosen.includes(argument)) };
}

/**
 * Refuses a run on Postgres where there is none: it would fail in every file, or pass without its tests.
 *
 * @param {NodeJS.ProcessEnv} env as `prepare` returns it
 */
export function requirePostgres({ POSTGRES_18_BINARIES, TEST_POSTGRES_NEWEST }) {
  if (POSTGRES_18_BINARIES || TEST_POSTGRES_NEWEST) return;
  throw new SetupError(
    "There is no Postgres 18 for this machine. Set TEST_POSTGRES_NEWEST to the URL of a server, with a user that may create databases.",
  );
}
