import { Hono } from "hono";
import * as z from "zod";
import { issueVideoHlsKeyToken } from "../../../shared/application/commands/issue-video-hls-key-token.ts";
import type { SessionLimit } from "../../../shared/domain/play-session.ts";
import { QUALITIES, type Quality } from "../../../shared/domain/quality.ts";
import type { Context } from "../../context.ts";
import { readJson } from "../../http/read-json.ts";
import { type CallerEnv, requireScope } from "../../middleware/authenticate.ts";
import { SESSION_OVERFLOWS, sessionOverflow } from "../../settings/session-settings.ts";
import { rekeyOnDemand } from "../playback/start-rekey-on-demand.ts";
import { issuedResponse } from "../playback/token-response.ts";

const fieldsSchema = z.strictObject({
  videoPostId: z.string().min(1).max(64),
  fileIndex: z.int().min(0),
  /** Whom it is for, as the site names them: what `revoke` takes. */
  viewer: z.string().min(1).max(200).optional(),
  qualities: z
    .array(z.enum(QUALITIES as [Quality, ...Quality[]]))
    .min(1)
    .optional(),
  maxUses: z.int().positive().max(1_000_000).optional(),
  /** Sessions that `viewer` may have at the same time; null lifts SESSION_LIMIT_PER_VIEWER. */
  sessionLimit: z.int().positive().max(1000).nullable().optional(),
  sessionOverflow: z.enum(SESSION_OVERFLOWS).optional(),
  startSeconds: z
    .int()
    .positive()
    .max(7 * 24 * 3600)
    .optional(),
});

type Fields = z.output<typeof fieldsSchema>;

const requestSchema = (fieldsSchema as z.ZodType<Fields>).superRefine((fields, check) => {
  const needs = (path: string, message: string) => check.addIssue({ code: "custom", path: [path], message });
  if (typeof fields.sessionLimit === "number" && fields.viewer === undefined) needs("sessionLimit", "requires viewer");
  if (fields.sessionOverflow !== undefined && typeof fields.sessionLimit !== "number")
    needs("sessionOverflow", "requires sessionLimit");
});

/** `POST /admin/video/enc/token`: a site issues what it has sold, by API key. Policies do not bind administrators. */
export function adminTokenRoutes(context: Context): Hono<CallerEnv> {
  const routes = new Hono<CallerEnv>();
  routes.use(requireScope(context, "tokens:issue"));
  routes.post("/", async (c) => {
    const body = await readJson(c.req.raw, requestSchema);
    if (body.kind === "refused") return body.response;
    const { viewer: issuedTo, ...asked } = body.value;
    const viewer = { kind: "administrator", id: c.get("caller").id } as const;
    const startSeconds = asked.startSeconds ?? context.settings.TOKEN_START_SECONDS;
    const { tokens, playbackTokens: signer, sessionRules } = context;
    const sessionLimit = limitOf(body.value, context);
    const request = { ...asked, startSeconds, viewer, issuedTo, sessionLimit };
    const outcome = await issueVideoHlsKeyToken({ tokens, signer, sessionRules }, request, context.now());
    return issuedResponse(await rekeyOnDemand(context, outcome, { ...body.value, viewer }), body.value);
  });
  return routes;
}

/** Null for no limit, undefined for that of the settings. */
function limitOf({ sessionLimit, sessionOverflow: written }: Fields, { settings }: Context) {
  if (sessionLimit === undefined || sessionLimit === null) return sessionLimit;
  const overflow = sessionOverflow(written ?? settings.SESSION_LIMIT_POLICY);
  return { atMost: sessionLimit, overflow } satisfies SessionLimit;
}
