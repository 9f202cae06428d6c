import * as z from "zod";
import { STANDARD_JOB_RULES } from "../../shared/domain/transcode-job.ts";
import { parseSecretList } from "../../shared/lib/secret-list.ts";
import { ACCESS_SETTINGS, missingAccessSettings } from "./cloudflare-access-settings.ts";
import { SESSION_SETTINGS } from "./session-settings.ts";
import { seconds, unknownSettings, wholeNumber } from "./setting-types.ts";
import { viewerIssuers, viewerIssuersSchema } from "./viewer-issuers.ts";

const secretList = (minimumBytes: number) =>
  z.string().transform((text, check) => {
    try {
      return parseSecretList(text, minimumBytes);
    } catch (error) {
      check.addIssue({ code: "custom", message: (error as Error).message });
      return z.NEVER;
    }
  });

/** At least 32 characters, so that nobody deploys "changeme"; with others than these (RFC 6750 2.1) it never matches. */
const bearerSecret = z
  .string()
  .min(32)
  .regex(
    /^[A-Za-z0-9._~+/=-]*$/,
    "has characters that a bearer token cannot have; use letters, digits and . _ ~ + / = -",
  );

/** Spaces around a header's value are not part of it (RFC 9110 5.5), and a comma joins two values to one. */
const headerSecret = z
  .string()
  .min(32)
  .regex(/^[\x21-\x2b\x2d-\x7e]*$/, "has characters that a header cannot carry; use ASCII without spaces and commas");

const everySetting = z.object({
  ADMIN_API_KEY: bearerSecret,
  PROCESSOR_TOKEN: bearerSecret,
  /** `kid:base64[,kid:base64]`, 32 bytes each: the first signs, all verify. */
  TOKEN_SIGNING_KEYS: secretList(32),
  /** `id:base64[,id:base64]`, 32 bytes each: the first wraps, all unwrap. */
  KEY_ENCRYPTION_KEYS: secretList(32),
  ...ACCESS_SETTINGS,
  /** What the site's own gateway shows beside its `x-auth-*` headers; unset, they count for nothing. */
  GATEWAY_SECRET: headerSecret.optional(),
  /** Whose JWTs viewers may bring; none by default. docs/playback-tokens.md says what an entry holds. */
  VIEWER_ISSUERS: viewerIssuersSchema.default([]),
  /** `id:base64[,id:base64]`, at least 32 bytes each: what issuers with HS256 sign with. */
  VIEWER_SECRETS: secretList(32).optional(),
  /** Where players fetch segments, if not from this Worker: the PLAYBACK bucket's own domain. */
  PLAYBACK_BASE_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Video up to this many nominal lines is PUBLIC by default. Required: a site that sells 480p must not lose it. */
  PUBLIC_UP_TO_LINES: wholeNumber(0),
  /** How long an issued token may start play sessions. */
  TOKEN_START_SECONDS: seconds(600),
  ...SESSION_SETTINGS,
  /** How long replaced keys are still given to those who are watching; 0 for not at all. */
  KEY_GRACE_SECONDS: wholeNumber(0).default(6 * 3600),
  /** How long a replaced version's segments and playlists outlast its keys, which browsers keep for up to 300 s. */
  SEGMENT_GRACE_SECONDS: wholeNumber(0).default(360),
  /** How long a browser may keep a key, and with it outlast a revocation. */
  KEY_MAX_AGE_SECONDS: wholeNumber(0, 300).default(300),
  /** Imported parts that a batch migration has under way at the same time, those that viewers asked for included. */
  MIGRATION_MAX_IN_FLIGHT: wholeNumber(1).default(4),
  /** Imported parts under way from which on those that viewers ask for wait in line. */
  MIGRATION_MAX_REQUESTED: wholeNumber(1).default(20),
  /** How long a processor may be silent before its job is given to another. */
  JOB_LEASE_SECONDS: seconds(STANDARD_JOB_RULES.leaseMs / 1000),
  JOB_MAX_ATTEMPTS: wholeNumber(1).default(STANDARD_JOB_RULES.maxAttempts),
  /** Waiting time after the first failed attempt; it doubles with each one, up to the longest. */
  JOB_FIRST_BACKOFF_SECONDS: seconds(STANDARD_JOB_RULES.firstBackoffMs / 1000),
  JOB_LONGEST_BACKOFF_SECONDS: seconds(STANDARD_JOB_RULES.longestBackoffMs / 1000),
  /** How long the database keeps what is written to the audit log from now on. */
  AUDIT_RETENTION_DAYS: wholeNumber(1, 36_500).default(400),
  MAX_UPLOAD_BYTES: wholeNumber(1).default(50 * 2 ** 30),
  /** "enabled" only for local trials: the watch page may then play the subscriber. */
  DEMO_VIEWERS: z.literal("enabled").optional(),
});

const coherentSettings = everySetting.superRefine((settings, check) => {
  for (const missing of missingAccessSettings(settings)) {
    check.addIssue({
      code: "custom",
      path: [missing],
      message: "is required with the other settings of Cloudflare Access",
    });
  }
});

const settingsSchema = coherentSettings.transform(({ VIEWER_ISSUERS, VIEWER_SECRETS, ...settings }, check) => {
  try {
    return { ...settings, VIEWER_ISSUERS: viewerIssuers(VIEWER_ISSUERS, VIEWER_SECRETS ?? []) };
  } catch (error) {
    check.addIssue({ code: "custom", path: ["VIEWER_ISSUERS"], message: (error as Error).message });
    return z.NEVER;
  }
});

/** Settings and bindings by name, before they are read. */
export type RawSettings = Readonly<Record<string, unknown>>;

export type Settings = z.infer<typeof settingsSchema>;

export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}

/** Reads all settings once; reports all problems together, names and reasons but never values. */
export function readSettings(env: RawSettings): Settings {
  const parsed = settingsSchema.safeParse(env);
  const unknown = unknownSettings(env, Object.keys(everySetting.shape)).map((name) => `${name} is not a setting`);
  if (parsed.success && unknown.length === 0) return parsed.data;
  const wrong = (parsed.error?.issues ?? []).map((issue) => {
    const name = String(issue.path[0]);
    return env[name] === undefined ? `${name} is not set` : `${name}: ${issue.message}`;
  });
  throw new ConfigurationError(
    `correct these in [vars] of wrangler.toml, or secrets with "wrangler secret put" or in .dev.vars: ${[...wrong, ...unknown].join("; ")}`,
  );
}
