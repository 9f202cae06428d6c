import type { D1Migration } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Env } from "../../../edge/env.ts";
import type { RawSettings } from "../../../edge/settings/settings.ts";
import { TEST_SECRETS } from "../../e2e/test-secrets.ts";
import { ownHyperdrive } from "./own-hyperdrive.ts";

export type TestEnv = Env &
  Readonly<typeof TEST_SECRETS> & {
    /** Where the suite runs on D1: only what is of that dialect may use it. */
    readonly DB: D1Database;
    readonly TEST_MIGRATIONS: D1Migration[];
  };

/** Bindings and settings that a test replaces, right ones and wrong ones. */
export type TestSettings = Partial<Env> & RawSettings;

/** The settings that have no default, as wrangler.toml has them. */
const REQUIRED = { SESSION_LIMIT_PER_VIEWER: "none", SESSION_BINDING: "none", PUBLIC_UP_TO_LINES: "480" };

/** The storage is emptied between files and tests move their clocks; the cache of the runtime takes part in neither. */
const NO_COPIES = { GATE_LOCATION_COPIES: "off" };

/**
 * The bindings of a deployment, with one database, and with the secrets of the tests, and no other settings: wrangler
 * also reads the developer's `.dev.vars`, which must not decide how tests end.
 */
export const testEnv = {
  ...withOneDatabase(resources()),
  ...REQUIRED,
  ...NO_COPIES,
  ...TEST_SECRETS,
} as unknown as TestEnv;

function resources(): Record<string, unknown> {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => typeof value !== "string"));
}

/** vitest.config.ts adds a Hyperdrive to the bindings of wrangler.toml where the suite runs on Postgres. */
export function withOneDatabase<E extends Record<string, unknown>>({ DB, HYPERDRIVE, ...others }: E): object {
  if (HYPERDRIVE === undefined) return { ...others, DB };
  return { ...others, HYPERDRIVE: ownHyperdrive(HYPERDRIVE as Hyperdrive) };
}

/** LONG_TESTS of the command line, which vitest.config.ts passes into the runtime. */
export const longTests = (env as { readonly LONG_TESTS?: string }).LONG_TESTS === "1";

export const isOnPostgres = testEnv.HYPERDRIVE !== undefined;
