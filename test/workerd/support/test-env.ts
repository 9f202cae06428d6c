import type { D1Migration } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Env } from "../../../edge/env.ts";
import type { RawSettings } from "../../../edge/settings/settings.ts";
import { TEST_SECRETS } from "../../e2e/test-secrets.ts";

export type TestEnv = Env &
  Readonly<typeof TEST_SECRETS> & { readonly DB: D1Database; readonly TEST_MIGRATIONS: D1Migration[] };

/** Bindings and settings that a test replaces, right ones and wrong ones. */
export type TestSettings = Partial<Env> & RawSettings;

/** The settings that have no default, as wrangler.toml has them. */
const REQUIRED = { SESSION_LIMIT_PER_VIEWER: "none", SESSION_BINDING: "none", PUBLIC_UP_TO_LINES: "480" };

/** The storage is emptied between files and tests move their clocks; the cache of the runtime takes part in neither. */
const NO_COPIES = { GATE_LOCATION_COPIES: "off" };

/**
 * The bindings of wrangler.toml with the secrets of the tests, and no other settings: wrangler also reads the
 * developer's `.dev.vars`, which must not decide how tests end.
 */
export const testEnv = { ...resources(), ...REQUIRED, ...NO_COPIES, ...TEST_SECRETS } as unknown as TestEnv;

function resources(): Record<string, unknown> {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => typeof value !== "string"));
}

/** LONG_TESTS of the command line, which vitest.config.ts passes into the runtime. */
export const longTests = (env as { readonly LONG_TESTS?: string }).LONG_TESTS === "1";
