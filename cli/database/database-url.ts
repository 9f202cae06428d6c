import type { ConfigOutcome, Environment } from "../../processor/config/config.ts";
import { isDecodable } from "../../processor/config/parse-values.ts";

const EXAMPLE = "postgres://user:password@host:5432/ladderlock";

/** The option comes before DATABASE_URL. A problem never quotes the value, which holds a password. */
export function readDatabaseUrl(option: string | null, environment: Environment): ConfigOutcome<string> {
  const source = option === null ? "DATABASE_URL" : "--database-url";
  const value = option ?? environment.DATABASE_URL?.trim();
  if (!value) {
    const problem = `DATABASE_URL is missing: set it to the address of the database, such as ${EXAMPLE}, or add --database-url`;
    return { kind: "invalid", problems: [problem] };
  }
  const problem = databaseUrlProblem(value);
  return problem === null
    ? { kind: "valid", config: value }
    : { kind: "invalid", problems: [`${source} ${problem}: set it to an address such as ${EXAMPLE}`] };
}

/** What is wrong with an address, to follow its name; null if nothing is. */
export function databaseUrlProblem(value: string): string | null {
  if (!/^postgres(?:ql)?:\/\//.test(value) || !URL.canParse(value)) return "is not the address of a Postgres database";
  const { pathname, hostname, searchParams } = new URL(value);
  if (hostname === "" && !searchParams.has("host")) return "names no host";
  if (pathname.length <= 1) return "names no database";
  return isDecodable(new URL(value)) ? null : 'has a "%" that stands for no character (write %25 for it)';
}
