import type { Diagnostics } from "../../client/index.ts";
import { type Finding, notChecked, ok, problem, warning } from "./finding.ts";

export type Circumstances = { readonly version: string; readonly isLocal: boolean };

/** What the facts of the Worker mean. Times are compared with the Worker's own clock. */
export function judgeDiagnostics(facts: Diagnostics, { version, isLocal }: Circumstances): Finding[] {
  return [
    judgeVersion(facts.version, version),
    judgeBindings(facts.bindings),
    judgeMigrations(facts),
    judgeCron(facts, isLocal),
    judgeProcessors(facts),
    ...judgeSecrets(facts.secrets),
    judgeDemoViewers(facts.demoViewers, isLocal),
  ];
}

function judgeVersion(server: string, program: string): Finding {
  if (server === program) return ok("version", `The Worker and this program are release ${server}.`);
  const detail = `The Worker is release ${server}, this program is ${program}.`;
  return warning("version", detail, "Deploy the Worker, its processors and this program from one release.");
}

function judgeBindings(bindings: Diagnostics["bindings"]): Finding {
  const named = (state: string) => bindings.filter((one) => one.state === state);
  const missing = named("missing").map(({ name }) => name);
  if (missing.length > 0) {
    return problem(
      "bindings",
      `Not bound: ${missing.join(", ")}.`,
      "Add them as wrangler.toml of the release has them, and deploy.",
    );
  }
  const failing = named("failing").map(({ name, detail }) => `${name} (${detail})`);
  if (failing.length > 0) {
    return problem(
      "bindings",
      `Bound, but failing: ${failing.join(", ")}.`,
      "Check in the dashboard that each exists.",
    );
  }
  const working = named("working").map(({ name }) => name);
  const present = named("present").map(({ name }) => name);
  return ok("bindings", `${working.join(", ")} answer; ${present.join(", ")} are bound.`);
}

/** What applies the migrations of each database. */
const MIGRATING = {
  d1: { list: "wrangler's migrations", command: "npx wrangler d1 migrations apply ladderlock --remote" },
  postgres: { list: "the migrations of ladderlock migrate", command: "ladderlock migrate" },
} as const;

function judgeMigrations({ database, migrations }: Diagnostics): Finding {
  const { newest, applied, missing, unknown } = migrations;
  const { list, command } = MIGRATING[database];
  if (applied === null) return notChecked("migrations", `The database has no list of ${list}.`);
  if (missing.length > 0) {
    const remedy = `Run ${command}.`;
    return problem("migrations", `Not applied: ${missing.join(", ")}.`, remedy);
  }
  if (unknown.length > 0) {
    const remedy = "A newer release has migrated the database: deploy that release.";
    return warning("migrations", `Not of this release: ${unknown.join(", ")}.`, remedy);
  }
  return ok("migrations", `All ${applied} are applied, up to ${newest}.`);
}

const MINUTE_MS = 60_000;
/** The trigger and each processor run once a minute; a missed one is no fault. */
const LATE_MS = 5 * MINUTE_MS;

function judgeCron({ cronLastRunAt, serverTime }: Diagnostics, isLocal: boolean): Finding {
  if (cronLastRunAt === null && isLocal) return notChecked("cron", "wrangler dev runs no Cron Trigger.");
  const remedy = 'Check [triggers] crons = ["* * * * *"] in wrangler.toml and the Cron events in the dashboard.';
  if (cronLastRunAt === null) return problem("cron", "The Cron Trigger has never run.", remedy);
  const age = ageText(serverTime - cronLastRunAt);
  if (serverTime - cronLastRunAt <= LATE_MS) return ok("cron", `The Cron Trigger ran ${age} ago.`);
  return problem("cron", `The Cron Trigger last ran ${age} ago.`, remedy);
}

function judgeProcessors({ processors, serverTime }: Diagnostics): Finding {
  const { lastSeenAt, working, waiting, waitingSince } = processors;
  const isIdle = lastSeenAt === null || serverTime - lastSeenAt > LATE_MS;
  const start = "Start a processor with ladderlock serve, or one for each job with ladderlock run.";
  if (isIdle && working.length === 0) {
    const seen =
      lastSeenAt === null ? "No processor was ever seen" : `No processor since ${ageText(serverTime - lastSeenAt)}`;
    if (waiting > 0) return problem("processors", `${seen}, and ${waiting} jobs wait.`, start);
    return warning("processors", `${seen}; no job waits.`, start);
  }
  const waited = waitingSince === null ? 0 : serverTime - waitingSince;
  if (waited > 10 * MINUTE_MS) {
    const detail = `${waiting} jobs wait, the oldest for ${ageText(waited)}.`;
    return warning("processors", detail, "Add processors, or raise CONCURRENCY.");
  }
  return ok("processors", `Seen; ${working.length} work on a job, ${waiting} jobs wait.`);
}

const WEAKNESS_TEXTS = {
  repetitive: "repeats a few characters",
  sequence: "contains a sequence such as abcdef",
  readable: "contains a word",
  reused: "is the same as another secret",
} as const satisfies Record<NonNullable<Diagnostics["secrets"][number]["weakness"]>, string>;

function judgeSecrets(secrets: Diagnostics["secrets"]): Finding[] {
  const weak = secrets.flatMap(({ name, weakness }) => (weakness === null ? [] : [{ name, weakness }]));
  if (weak.length === 0) return [ok("secrets", `${secrets.map(({ name }) => name).join(", ")} look random.`)];
  return weak.map(({ name, weakness }) =>
    problem(
      "secrets",
      `${name} ${WEAKNESS_TEXTS[weakness]}.`,
      `Replace it with a random value, as docs/security.md describes.`,
    ),
  );
}

function judgeDemoViewers(enabled: boolean, isLocal: boolean): Finding {
  if (!enabled) return ok("demo viewers", "Disabled.");
  if (isLocal) return ok("demo viewers", "Enabled on this machine.");
  return warning("demo viewers", "Everybody can watch every quality.", "Remove DEMO_VIEWERS from the settings.");
}

function ageText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
