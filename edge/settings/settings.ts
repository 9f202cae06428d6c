import * as z from "zod";
import { STANDARD_JOB_RULES } from "../../shared/domain/job/transcode-job.ts";
import { PART_EDIT_RULES } from "../../shared/domain/post/review.ts";
import { UPLOAD_LIFE_MS } from "../../shared/domain/uploads/upload.ts";
import { base64Decode } from "../../shared/lib/base64.ts";
import { parseSecretList } from "../../shared/lib/secret-list.ts";
import { ACCESS_SETTINGS, missingAccessSettings } from "./cloudflare-access-settings.ts";
import { GATE_SETTINGS } from "./gate-settings.ts";
import { hasDiskBounds } from "./launchers/launch-resource-settings.ts";
import { LAUNCH_SETTINGS, missingLaunchSettings } from "./launchers/launch-settings.ts";
import { missingS3Settings, S3_SETTINGS } from "./s3-settings.ts";
import { SESSION_SETTINGS } from "./session-settings.ts";
import { frameAncestors, seconds, secret, unknownSettings, wholeNumber } from "./setting-types.ts";
import { viewerIssuers, viewerIssuersSchema } from "./viewer-issuers.ts";
import { WEBHOOK_SETTINGS } from "./webhook-settings.ts";

const secretList = (minimumBytes: number) =>
  z.string().transform((text, check) => {
    try {
      return parseSecretList(text, minimumBytes);
    } catch (error) {
      check.addIssue({ code: "custom", message: (error as Error).message });
      return z.NEVER;
    }
  });

const base64Secret = z.string().transform((text, check) => {
  try {
    const bytes = base64Decode(text);
    if (bytes.length >= 32) return bytes;
  } catch {
    // Refused below.
  }
  check.addIssue({ code: "custom", message: "base64 of at least 32 bytes is needed" });
  return z.NEVER;
});

/** 32 characters rule out "changeme". Other characters cannot be sent as a bearer token (RFC 6750 2.1). */
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

/** Every setting. The descriptions are docs/configuration.md: run `npm run docs` after a change. */
export const SETTINGS_SCHEMA = z.object({
  ADMIN_API_KEY: secret(
    bearerSecret,
    "first API key, with the scope `admin`; at least 32 of `A-Z a-z 0-9 . _ ~ + / = -`",
  ),
  PROCESSOR_TOKEN: secret(bearerSecret, "authenticates processors; the form of `ADMIN_API_KEY`"),
  TOKEN_SIGNING_KEYS: secret(
    secretList(32),
    "`id:base64[,id:base64]`, at least 32 bytes each: the first signs tokens, all verify",
  ),
  KEY_ENCRYPTION_KEYS: secret(
    secretList(32),
    "the same form, exactly 32 bytes each: the first wraps content keys, all unwrap",
  ),
  VIEWER_ID_KEY: secret(
    base64Secret,
    "base64 of at least 32 bytes: hashes the names of viewers; a change ends limits and revocations of viewers",
  ),
  ...ACCESS_SETTINGS,
  GATEWAY_SECRET: secret(
    headerSecret.optional(),
    "`x-gateway-secret` of a gateway that authenticates callers; at least 32 visible ASCII characters without commas",
  ),
  VIEWER_ISSUERS: viewerIssuersSchema
    .default([])
    .describe("JSON list of the issuers whose JWTs viewers may send ([playback-tokens.md](playback-tokens.md))"),
  VIEWER_SECRETS: secret(
    secretList(32).optional(),
    "`id:base64[,id:base64]`, at least 32 bytes each: the secrets of issuers with HS256",
  ),
  PLAYBACK_BASE_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("domain of the PLAYBACK bucket, if players fetch segments from it instead of the Worker"),
  EMBED_ANCESTORS: frameAncestors
    .default(["'self'"])
    .describe("origins whose pages may embed `/embed`, separated by spaces; `*` for all, `self` for none but this one"),
  PART_EDITS_OF_PUBLISHED_POSTS: z
    .enum(PART_EDIT_RULES)
    .default("keep")
    .describe("an edit of the parts of a published post: `keep` it published, or send it back to `review`"),
  PUBLIC_UP_TO_LINES: wholeNumber(0).describe("video up to this many lines is PUBLIC by default; 0 for none"),
  TOKEN_START_SECONDS: seconds(600).describe("how long an issued token may start play sessions"),
  ...SESSION_SETTINGS,
  ...GATE_SETTINGS,
  KEY_GRACE_SECONDS: wholeNumber(0)
    .default(6 * 3600)
    .describe("how long replaced keys are still served; 0 for not at all"),
  SEGMENT_GRACE_SECONDS: wholeNumber(0)
    .default(360)
    .describe("how long segments and playlists of a replaced version outlast its keys"),
  SEGMENT_CACHE_SECONDS: wholeNumber(0)
    .default(3600)
    .describe("how long a location caches a segment, and so outlasts its deletion; 0 for not at all"),
  KEY_MAX_AGE_SECONDS: wholeNumber(0, 300)
    .default(300)
    .describe("how long a browser may keep a key, and so outlast a revocation; at most 300, 0 for not at all"),
  MIGRATION_MAX_IN_FLIGHT: wholeNumber(1)
    .default(4)
    .describe("imported parts in progress, above which a batch starts no further re-key"),
  MIGRATION_MAX_REQUESTED: wholeNumber(1)
    .default(20)
    .describe("imported parts in progress, from which on a request of a viewer joins the queue of the batches"),
  JOB_LEASE_SECONDS: seconds(STANDARD_JOB_RULES.leaseMs / 1000).describe(
    "how long a processor may be silent before its job is requeued",
  ),
  JOB_MAX_ATTEMPTS: wholeNumber(1).default(STANDARD_JOB_RULES.maxAttempts).describe("claims of a job before it fails"),
  JOB_FIRST_BACKOFF_SECONDS: seconds(STANDARD_JOB_RULES.firstBackoffMs / 1000).describe(
    "wait after the first failed attempt; it doubles with each one",
  ),
  JOB_LONGEST_BACKOFF_SECONDS: seconds(STANDARD_JOB_RULES.longestBackoffMs / 1000).describe(
    "longest wait between two attempts",
  ),
  AUDIT_RETENTION_DAYS: wholeNumber(1, 36_500)
    .default(400)
    .describe("how long the audit log keeps an event; a change does not affect events that are already stored"),
  AUTHOR_REWARD_POINTS: wholeNumber(0, 1_000_000_000)
    .default(0)
    .describe("points that the author of a post gets for its first passed review; 0 for none"),
  MAX_UPLOAD_BYTES: wholeNumber(1)
    .default(50 * 2 ** 30)
    .describe("largest upload"),
  ...WEBHOOK_SETTINGS,
  UPLOAD_LIFE_SECONDS: seconds(UPLOAD_LIFE_MS / 1000).describe(
    "how long an upload waits for its next chunk and, when it is complete, for its post",
  ),
  ...S3_SETTINGS,
  ...LAUNCH_SETTINGS,
  ALLOW_CLEAR_PLAYBACK: z
    .literal("enabled")
    .optional()
    .describe("`enabled`: anybody may play a part whose qualities are all PUBLIC before it is encrypted"),
  DEMO_VIEWERS: z
    .literal("enabled")
    .optional()
    .describe("`enabled` only for trials: gives every entitlement to everybody"),
});

const coherentSettings = SETTINGS_SCHEMA.superRefine((settings, check) => {
  for (const missing of missingAccessSettings(settings)) {
    check.addIssue({
      code: "custom",
      path: [missing],
      message: "is required with the other settings of Cloudflare Access",
    });
  }
  for (const missing of missingS3Settings(settings)) {
    check.addIssue({ code: "custom", path: [missing], message: "is required with the other settings of S3" });
  }
  if (!hasDiskBounds(settings)) {
    const message = "must not be below LAUNCH_MIN_DISK_GIB";
    check.addIssue({ code: "custom", path: ["LAUNCH_MAX_DISK_GIB"], message });
  }
  for (const missing of missingLaunchSettings(settings)) {
    check.addIssue({ code: "custom", path: [missing], message: `is required with LAUNCHER = ${settings.LAUNCHER}` });
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
  const unknown = unknownSettings(env, Object.keys(SETTINGS_SCHEMA.shape)).map((name) => `${name} is not a setting`);
  if (parsed.success && unknown.length === 0) return parsed.data;
  const wrong = (parsed.error?.issues ?? []).map((issue) => {
    const name = String(issue.path[0]);
    return env[name] === undefined ? `${name} is not set` : `${name}: ${issue.message}`;
  });
  throw new ConfigurationError(
    `correct these in [vars] of wrangler.toml, or secrets with "wrangler secret put" or in .dev.vars: ${[...wrong, ...unknown].join("; ")}`,
  );
}
