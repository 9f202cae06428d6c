import * as z from "zod";
import { defineRoute } from "../../definition.ts";
import { fileIndex, instant, quality, videoPostId } from "../shapes.ts";

/** A part, by the names that the API gives it. */
export const partRequest = z.strictObject({ videoPostId, fileIndex });

export const issuedTokenSchema = z
  .object({
    token: z.string(),
    expiresAt: instant,
    qualities: z.array(quality),
    lockedQualities: z
      .array(quality)
      .meta({ description: "Qualities of the part that the token does not allow, best first" }),
    masterUrl: z.string(),
  })
  .meta({ id: "IssuedToken" });

const ISSUE_PROBLEMS = ["not-found", "nothing-allowed", "not-ready", "wrong-state", "deleted", "unavailable"] as const;

export const issueViewerToken = defineRoute({
  method: "POST",
  path: "/video/enc/token",
  operationId: "issueViewerToken",
  tag: "Playback",
  summary: "Issues a token for the qualities that the policies allow to this viewer",
  access: { kind: "viewer" },
  body: partRequest,
  responses: { 200: { description: "A playback token", schema: issuedTokenSchema } },
  problems: ISSUE_PROBLEMS,
  prompt: true,
});

export const issueDemoToken = defineRoute({
  method: "POST",
  path: "/demo/subscriber-token",
  operationId: "issueDemoToken",
  tag: "Playback",
  summary: "Issues a token with every entitlement; exists only where DEMO_VIEWERS is enabled",
  access: { kind: "open" },
  body: partRequest,
  responses: { 200: { description: "A playback token", schema: issuedTokenSchema } },
  problems: ISSUE_PROBLEMS,
  onlyWith: "DEMO_VIEWERS",
});

const sessionRequest = z.strictObject({ token: z.string().max(4096).optional() });

export const refreshSession = defineRoute({
  method: "POST",
  path: "/video/enc/session",
  operationId: "refreshSession",
  tag: "Playback",
  summary: "Extends a play session",
  access: { kind: "session", expired: "refused" },
  body: sessionRequest,
  bodyIsOptional: true,
  responses: {
    200: {
      description: "A token of the same session with a later end",
      schema: z
        .object({ token: z.string(), expiresAt: instant, refreshableUntil: instant })
        .meta({ id: "SessionToken" }),
    },
  },
  problems: [
    "session-elsewhere",
    "too-many-requests",
    "not-a-session",
    "token-expired",
    "token-revoked",
    "session-ended",
    "session-limit",
    "uses-exhausted",
    "key-superseded",
    "unavailable",
  ],
  prompt: true,
});

const END = {
  tag: "Playback",
  access: { kind: "session", expired: "accepted" },
  body: sessionRequest,
  bodyIsOptional: true,
  responses: { 204: { description: "The session has ended, now or before" } },
  problems: ["too-many-requests", "not-a-session", "unavailable"],
  prompt: true,
} as const;

export const endSession = defineRoute({
  ...END,
  method: "DELETE",
  path: "/video/enc/session",
  operationId: "endSession",
  summary: "Ends a play session",
});

export const endSessionByBeacon = defineRoute({
  ...END,
  method: "POST",
  path: "/video/enc/session/end",
  operationId: "endSessionByBeacon",
  summary: "Ends a play session, for pages that can only send a beacon",
});
