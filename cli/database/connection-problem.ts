import { EXIT } from "../../processor/cli/exit-codes.ts";

export type Problem = { readonly text: string; readonly code: number };

type Meaning = { readonly of: RegExp; readonly exit: number; readonly fact: string; readonly remedy: string };

const { badConfiguration, tryLater } = EXIT;

const UNREACHABLE: Meaning = {
  ...{ of: /^(?:ECONN[A-Z]+|ETIMEDOUT|E(?:HOST|NET)UNREACH|ENOTFOUND|EAI_[A-Z]+|EPIPE|08...)$/, exit: tryLater },
  fact: "could not be reached",
  remedy: "Check the address, or run the command again later.",
};

/** SQLSTATE and codes of Node. `fact` follows the name of the server. */
const CODES: readonly Meaning[] = [
  {
    ...{ of: /^28P01$/, exit: badConfiguration },
    fact: "does not accept the user or the password",
    remedy: "Correct them in the address.",
  },
  {
    ...{ of: /^28/, exit: badConfiguration },
    fact: "does not admit this user from this machine",
    remedy: "Correct the address, or pg_hba.conf of the server.",
  },
  {
    ...{ of: /^3D000$/, exit: badConfiguration },
    fact: "has no such database",
    remedy: "Create it with the encoding UTF8, or correct the address.",
  },
  {
    ...{ of: /^42501$/, exit: badConfiguration },
    fact: "does not permit this to the user of the address",
    remedy: "Use the user that owns the tables of the database.",
  },
  {
    ...{ of: /^55P03$/, exit: tryLater },
    fact: "has kept a table locked for ten seconds",
    remedy: "Run the command again when less is at work.",
  },
  { of: /^53300$/, exit: tryLater, fact: "has too many connections", remedy: "Run the command again later." },
  { of: /^57P0[123]$/, exit: tryLater, fact: "is starting or stopping", remedy: "Run the command again later." },
  {
    ...{ of: /^(?:CERT_|ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/, exit: badConfiguration },
    fact: "has a certificate that is not trusted",
    remedy: "Name its authority with sslrootcert in the address.",
  },
  UNREACHABLE,
];

/** Errors of the driver that have no code. */
const MESSAGES: readonly Meaning[] = [
  {
    ...{ of: /^SASL|password must be a string/, exit: badConfiguration },
    fact: "asks for a password",
    remedy: "Add it to the address.",
  },
  {
    ...{ of: /does not support SSL/, exit: badConfiguration },
    fact: "does not support TLS",
    remedy: "Correct sslmode in the address.",
  },
  {
    ...{ of: /timeout|terminated/i, exit: tryLater },
    fact: "did not answer, or the connection was lost",
    remedy: "Run the command again.",
  },
];

/** Null for an error that is not one of the connection or of a permission. Says nothing of what the error quotes. */
export function connectionProblem(error: unknown, url: string): Problem | null {
  const code = codeOf(error);
  const text = code ?? (error instanceof Error ? error.message : "");
  const found = isOfSocket(error) ? UNREACHABLE : (code === null ? MESSAGES : CODES).find(({ of }) => of.test(text));
  if (found === undefined) return null;
  const detail = code === null ? "" : ` (${code})`;
  return { text: `${serverIn(url)} ${found.fact}${detail}. ${found.remedy}`, code: found.exit };
}

/** Where a name has several addresses, the error has no code and holds an error for each. */
function codeOf(error: unknown): string | null {
  const first = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error && "code" in first && typeof first.code === "string" ? first.code : null;
}

/** A Unix socket that is not there has the code of a missing file. */
function isOfSocket(error: unknown): boolean {
  return error instanceof Error && "syscall" in error && error.syscall === "connect";
}

/** Without the user and the password. */
function serverIn(url: string): string {
  const { hostname, port, searchParams } = new URL(url);
  return `The server ${hostname || searchParams.get("host")}${port === "" ? "" : `:${port}`}`;
}
