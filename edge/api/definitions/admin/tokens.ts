import * as z from "zod";
import { singleLine } from "../../../../shared/application/plain-text.ts";
import { MOST_LIVE_SESSIONS } from "../../../../shared/domain/access/play-session.ts";
import { QUALITIES } from "../../../../shared/domain/quality/quality.ts";
import { SESSION_OVERFLOWS } from "../../../settings/session-settings.ts";
import { defineRoute } from "../../definition.ts";
import { issuedTokenSchema } from "../playback/playback.ts";
import { fileIndex, policySchema, problemSchema, quality, videoPostId } from "../shapes.ts";

/** One object counts the uses of a token, or the sessions of a viewer: what it can serve. */
const MOST_USES = 10_000;

const issueRequest = z
  .strictObject({
    videoPostId,
    fileIndex,
    /** The viewer, as the site names them: what `revoke` takes. */
    viewer: z.string().min(1).max(200).optional(),
    qualities: z.array(quality).min(1).optional(),
    maxUses: z.int().positive().max(MOST_USES).optional(),
    /** Sessions that `viewer` may have at the same time; null lifts SESSION_LIMIT_PER_VIEWER. */
    sessionLimit: z.int().positive().max(MOST_LIVE_SESSIONS).nullable().optional(),
    sessionOverflow: z.enum(SESSION_OVERFLOWS).optional(),
    startSeconds: z
      .int()
      .positive()
      .max(7 * 24 * 3600)
      .optional(),
    /** Of the clear renditions of a part that is not encrypted, for `/m3u8-encoder/api/v2/proxy`. */
    clear: z.literal(true).optional(),
  })
  .superRefine((fields, check) => {
    const needs = (path: string, message: string) => check.addIssue({ code: "custom", path: [path], message });
    if (typeof fields.sessionLimit === "number" && fields.viewer === undefined)
      needs("sessionLimit", "requires viewer");
    if (fields.sessionOverflow !== undefined && typeof fields.sessionLimit !== "number")
      needs("sessionOverflow", "requires sessionLimit");
    if (fields.clear !== undefined && (fields.maxUses !== undefined || typeof fields.sessionLimit === "number"))
      needs("clear", "clear renditions have no keys, by which uses and sessions are counted");
  });

export const issueToken = defineRoute({
  method: "POST",
  path: "/admin/video/enc/token",
  operationId: "issueToken",
  tag: "Tokens and policies",
  summary: "Issues a token for a viewer of a site; policies do not limit administrators",
  access: { kind: "scope", scope: "tokens:issue" },
  audit: "token.issue",
  body: issueRequest,
  responses: { 200: { description: "A playback token", schema: issuedTokenSchema } },
  problems: ["not-found", "nothing-allowed", "not-ready", "wrong-state", "deleted", "unavailable"],
  prompt: true,
});

const policyRequest = z.strictObject({
  ...policySchema.shape,
  entitlement: singleLine(200).nullable().default(null),
});

const editRequest = z.strictObject({
  videoPostId,
  fileIndex,
  policies: z.array(policyRequest).min(1).max(QUALITIES.length),
});

const EDIT_PROBLEMS = ["not-found", "deleted", "conflict", "wrong-state", "invalid"] as const;
const edited = z.enum(["changed", "unchanged"]);

export const setPolicies = defineRoute({
  method: "PUT",
  path: "/admin/video/enc/quality-auth",
  operationId: "setPolicies",
  tag: "Tokens and policies",
  summary: "Sets policies of a part; qualities that are not named keep theirs",
  access: { kind: "scope", scope: "access:write" },
  audit: "policy.set",
  body: editRequest,
  responses: {
    200: { description: "The policies apply from the next token on", schema: z.object({ outcome: edited }) },
  },
  problems: EDIT_PROBLEMS,
});

/** Each item loads and saves a post, with a dozen statements of the 1,000 that one request may send to D1. */
const MOST_ITEMS = 50;

const resultSchema = z.discriminatedUnion("outcome", [
  z.object({ videoPostId: z.string(), fileIndex, outcome: edited }),
  z.object({ videoPostId: z.string(), fileIndex, outcome: z.literal("refused"), problem: problemSchema }),
]);

export const setPoliciesBatch = defineRoute({
  method: "PUT",
  path: "/admin/video/enc/quality-auth/batch",
  operationId: "setPoliciesBatch",
  tag: "Tokens and policies",
  summary: "Sets policies of up to 50 parts, each in a separate save",
  access: { kind: "scope", scope: "access:write" },
  audit: "policy.set",
  body: z.strictObject({ items: z.array(editRequest).min(1).max(MOST_ITEMS) }),
  responses: {
    200: {
      description: "What became of each item, in the order of the request",
      schema: z.object({ results: z.array(resultSchema) }),
    },
  },
  problems: [],
});

/** One object and no union, so that a refusal names a field that is unknown. */
const revokeFields = z.strictObject({
  token: z.string().min(1).max(4096).optional(),
  tokenId: z.string().min(1).max(64).optional(),
  viewer: z.string().min(1).max(300).optional(),
  apiKeyId: z.string().min(1).max(64).optional(),
  videoPostId: videoPostId.optional(),
  fileIndex: fileIndex.optional(),
  keyVersion: z.int().positive().optional(),
});

type Part = { readonly videoPostId: string; readonly fileIndex: number };
export type RevokeTarget =
  | { readonly token: string }
  | { readonly tokenId: string }
  | { readonly viewer: string }
  | { readonly apiKeyId: string }
  | (Part & { readonly keyVersion: number })
  | Part;

/** Each set of fields that names one thing: a request that names two, or one of them wrongly, revokes nothing. */
const FORMS = ["token", "tokenId", "viewer", "apiKeyId", "fileIndex,videoPostId", "fileIndex,keyVersion,videoPostId"];

const revokeRequest = revokeFields.transform((fields, check): RevokeTarget => {
  const named = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (FORMS.includes(named.toSorted().join(","))) return fields as RevokeTarget;
  const message =
    "send one of: token; tokenId; viewer; apiKeyId; videoPostId and fileIndex; videoPostId, fileIndex and keyVersion";
  check.addIssue({ code: "custom", message });
  return z.NEVER;
});

export const revoke = defineRoute({
  method: "POST",
  path: "/admin/video/enc/revoke",
  operationId: "revoke",
  tag: "Tokens and policies",
  summary: "Revokes tokens, or the keys of one version",
  access: { kind: "scope", scope: "access:write" },
  audit: "access.revoke",
  body: revokeRequest,
  responses: {
    200: {
      description: "In effect for every request that begins `effectiveWithinSeconds` after the answer",
      schema: z.union([
        z.object({ sequence: z.int(), effectiveWithinSeconds: z.int() }),
        z.object({
          outcome: z.enum(["revoked", "unchanged"]),
          stopsPlayback: z.boolean(),
          effectiveWithinSeconds: z.int(),
          note: z.string().optional(),
        }),
      ]),
    },
  },
  problems: EDIT_PROBLEMS,
});

const lookUpRequest = z
  .strictObject({
    token: z.string().min(1).max(4096).optional(),
    tokenId: z.string().min(1).max(64).optional(),
    /** Of a token that limits its viewer's sessions: those are counted with the viewer. */
    viewer: z.string().min(1).max(300).optional(),
  })
  .superRefine(({ token, tokenId, viewer }, check) => {
    const named = [token, tokenId ?? viewer].filter((one) => one !== undefined).length;
    if (named === 1 && (token !== undefined || tokenId !== undefined)) return;
    check.addIssue({ code: "custom", message: "send one of: token; tokenId; tokenId and viewer" });
  });

export const lookedUpToken = z.object({
  tokenId: z.string(),
  revoked: z.boolean(),
  /** Absent where only the id was sent. */
  maxUses: z.int().nullable().optional(),
  endsAt: z.string().optional(),
  counted: z.boolean(),
  uses: z.int().optional(),
  sessions: z.array(z.object({ sessionId: z.string(), startedAt: z.string(), expiresAt: z.string() })).optional(),
});

export const lookUpToken = defineRoute({
  method: "POST",
  path: "/admin/video/enc/tokens/look-up",
  operationId: "lookUpToken",
  tag: "Tokens and policies",
  summary: "Reports whether a token is revoked, and what was counted of it",
  access: { kind: "scope", scope: "access:write" },
  audit: "token.look-up",
  body: lookUpRequest,
  responses: { 200: { description: "What is known about the token", schema: lookedUpToken } },
  problems: ["invalid", "unavailable"],
});
