import * as z from "zod";
import { type SessionOverflow, type SessionRules, STANDARD_SESSION_RULES } from "../../shared/domain/play-session.ts";
import { seconds, wholeNumber } from "./setting-types.ts";

/** As callers and settings write it. */
export const SESSION_OVERFLOWS = ["refuse", "end-oldest"] as const;

const OVERFLOW: Record<(typeof SESSION_OVERFLOWS)[number], SessionOverflow> = {
  refuse: "REFUSE",
  "end-oldest": "END_OLDEST",
};

/** Settings of play sessions, for the settings of the Worker. */
export const SESSION_SETTINGS = {
  /** What a session lives at least, and what no refresh may exceed, counted from its first start. */
  SESSION_SHORTEST_SECONDS: seconds(STANDARD_SESSION_RULES.shortestSeconds),
  SESSION_LONGEST_SECONDS: seconds(STANDARD_SESSION_RULES.longestSeconds),
  /** Sessions that a viewer with a name may have at the same time, or "none". Required: without it, none would hold. */
  SESSION_LIMIT_PER_VIEWER: z.union([z.literal("none").transform(() => null), wholeNumber(1)], {
    error: 'a number of sessions, or "none"',
  }),
  SESSION_LIMIT_POLICY: z.enum(SESSION_OVERFLOWS).default("refuse"),
  /** Whether a session's token counts only in the country, or the network, in which it began. Required as well. */
  SESSION_BINDING: z.enum(["none", "country", "network"]),
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
