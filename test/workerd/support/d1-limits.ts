import { AsyncLocalStorage } from "node:async_hooks";

/*
 * The limits of D1 that are documented at https://developers.cloudflare.com/d1/platform/limits/ (page of 2026-04-21), on
 * Workers Paid. Local D1 has none for the size of a value and none for the number of statements in an invocation.
 * The terms of a compound SELECT are not on that page: https://github.com/emdash-cms/emdash/pull/2331 and
 * https://github.com/JSONbored/metagraphed/issues/9881 (both of August 2026) measured them on deployed databases.
 */
export const D1_LIMITS = {
  valueBytes: 2_000_000,
  rowBytes: 2_000_000,
  statementBytes: 100_000,
  parameters: 100,
  compoundTerms: 5,
  statementsPerInvocation: 1000,
} as const;

/** The project's own bound: half of what D1 takes, so that a row that grows a little still passes. */
export const PARAMETER_BYTES = 1_000_000;

export type SentStatement = { readonly statement: string; readonly params: readonly unknown[] };

/** `bytes` of statements and parameters, `changes` of rows, as D1 counts them. */
export type Invocation = { statements: number; bytes: number; changes: number };

const invocations = new AsyncLocalStorage<Invocation>();
let violations: string[] = [];

/**
 * One request, Cron tick or queue batch: what runs inside, `waitUntil` included, shares one count of statements. A test
 * that wraps the call reads the count afterwards.
 */
export function asInvocation<T>(run: () => T, count: Invocation = invocations.getStore() ?? newCount()): T {
  return invocations.run(count, run);
}

export function newCount(): Invocation {
  return { statements: 0, bytes: 0, changes: 0 };
}

/** Violations since the last call. The set-up file fails the test that leaves one. */
export function takeViolations(): readonly string[] {
  const found = violations;
  violations = [];
  return found;
}

/** Throws what D1 throws, and keeps it: the code under test may well catch the error. */
export function refuse(message: string): never {
  violations.push(message);
  throw new Error(`D1_ERROR: ${message}`, { cause: new Error(message) });
}

/** Before statements are sent: one, or those of a batch, each of which counts. */
export function checkStatements(statements: readonly SentStatement[]): void {
  const invocation = invocations.getStore();
  if (invocation !== undefined) {
    invocation.statements += statements.length;
    if (invocation.statements > D1_LIMITS.statementsPerInvocation) {
      refuse(`Too many API requests by single Worker invocation: ${invocation.statements} statements`);
    }
  }
  for (const sent of statements) {
    const bytes = checkStatement(sent);
    if (invocation !== undefined) invocation.bytes += bytes;
  }
}

/** One statement of another database, which has none of these limits. */
export function countSent(bytes: number): void {
  const invocation = invocations.getStore();
  if (invocation === undefined) return;
  invocation.statements += 1;
  invocation.bytes += bytes;
}

/** Bytes of the statement with its parameters. */
function checkStatement({ statement, params }: SentStatement): number {
  const shown = `in ${statement.trim().slice(0, 80)}`;
  if (bytesOf(statement) > D1_LIMITS.statementBytes) refuse(`statement too long: SQLITE_TOOBIG ${shown}`);
  if (params.length > D1_LIMITS.parameters) refuse(`too many SQL variables: SQLITE_ERROR, ${params.length} ${shown}`);
  const sizes = params.map(bytesOf);
  const largest = Math.max(0, ...sizes);
  if (largest > D1_LIMITS.valueBytes) refuse(`string or blob too big: SQLITE_TOOBIG, ${largest} bytes ${shown}`);
  if (largest > PARAMETER_BYTES) refuse(`a parameter has ${largest} bytes, above this project's bound, ${shown}`);
  // A row that is written is made of parameters, so their sum bounds it.
  const sum = sizes.reduce((total, size) => total + size, 0);
  if (sum > D1_LIMITS.rowBytes) refuse(`string or blob too big: SQLITE_TOOBIG, a row of ${sum} bytes ${shown}`);
  return bytesOf(statement) + sum;
}

export function countChanges(changes: number): void {
  const invocation = invocations.getStore();
  if (invocation !== undefined) invocation.changes += changes;
}

/** After an answer: a row that was put together inside the database is found when it is read. */
export function checkRows(rows: readonly unknown[]): void {
  for (const row of rows) {
    const values = row === null || typeof row !== "object" ? [row] : Object.values(row);
    const size = values.reduce<number>((total, value) => total + bytesOf(value), 0);
    if (size > D1_LIMITS.rowBytes) refuse(`string or blob too big: SQLITE_TOOBIG, a row of ${size} bytes was read`);
  }
}

const encoder = new TextEncoder();
/** Every UTF-16 unit takes at most three bytes of UTF-8. */
const CERTAINLY_SMALL = D1_LIMITS.statementBytes / 3;

function bytesOf(value: unknown): number {
  if (typeof value === "string") return value.length < CERTAINLY_SMALL ? value.length : encoder.encode(value).length;
  return Array.isArray(value) ? value.length : 8;
}
