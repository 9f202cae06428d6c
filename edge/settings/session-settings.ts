import * as z from "zod";
import {
  MOST_LIVE_SESSIONS,
  type SessionOverflow,
  type SessionRules,
  STANDARD_SESSION_RULES,
} from "../../shared/domain/access/play-session.ts";
import { seconds, wholeNumber } from "./setting-types.ts";

/** As callers and settings write it. */
export const SESSION_OVERFLOWS = ["refuse", "end-oldest"] as const;

const OVERFLOW: Record<(typeof SESSION_OVERFLOWS)[number], SessionOverflow> = {
  refuse: "REFUSE",
  "end-oldest": "END_OLDEST",
};

/** Settings of play sessions, for the settings of the Worker. */
export const SESSION_SETTINGS = {
  SESSION_SHORTEST_SECONDS: seconds(STANDARD_SESSION_RULES.shortestSeconds).describe(
    "minimum lifetime of a session without a refresh; twice the duration of the video if that is longer",
  ),
  SESSION_LONGEST_SECONDS: seconds(STANDARD_SESSION_RULES.longestSeconds).describe(
    "maximum lifetime of a session from its first start, refreshed or not",
  ),
  SESSION_LIMIT_PER_VIEWER: z
    .union([z.literal("none").transform(() => null), wholeNumber(1, MOST_LIVE_SESSIONS)], {
      error: `a number of sessions up to ${MOST_LIVE_SESSIONS}, or "none"`,
    })
    .describe(`concurrent sessions of a viewer who has a name, at most ${MOST_LIVE_SESSIONS}, or \`none\``),
  SESSION_LIMIT_POLICY: z
    .enum(SESSION_OVERFLOWS)
    .default("refuse")
    .describe("one session too many is refused (`refuse`), or ends the oldest (`end-oldest`)"),
  SESSION_BINDING: z
    .enum(["none", "country", "network"])
    .describe(
      "keys are served only in the `country` or the `network` where the session started, or everywhere (`none`)",
    ),
};

type SessionSettings = z.infer<z.ZodObject<typeof SESSION_SETTINGS>>;

export type SessionBindingKind = SessionSettings["SESSION_BINDING"];

export function sessionRules(settings: SessionSettings): SessionRules {
  const atMost = settings.SESSION_LIMIT_PER_VIEWER;
  return {
    shortestSeconds: settings.SESSION_SHORTEST_SECONDS,
    longestSeconds: settings.SESSION_LONGEST_SECONDS,
    limit: atMost === null ? null : { atMost, overflow: sessionOverflow(settings.SESSION_LIMIT_POLICY) },
  };
}

export function sessionOverflow(written: (typeof SESSION_OVERFLOWS)[number]): SessionOverflow {
  return OVERFLOW[written];
}
