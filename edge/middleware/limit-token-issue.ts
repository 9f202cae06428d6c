import type { MiddlewareHandler } from "hono";
import type { Context } from "../context.ts";
import { problem } from "../http-errors.ts";

/** Limits token issue by address. Never used at the key gate: a viewer must not be locked out by the crowd. */
export function limitTokenIssue({ env }: Context): MiddlewareHandler {
  return async (c, next) => {
    const { success } = await env.TOKEN_ISSUE_LIMIT.limit({ key: c.req.header("cf-connecting-ip") ?? "unknown" });
    if (!success) return problem("too-many-requests");
    await next();
    return undefined;
  };
}
