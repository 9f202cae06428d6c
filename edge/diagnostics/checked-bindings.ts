import { QUEUES } from "../queues/messages.ts";

/* Every binding of both wrangler configurations, in the ways in which the doctor checks them; a test compares the two. */

/** The Worker does not start unless exactly one is bound. */
export const DATABASE_BINDINGS = ["DB", "HYPERDRIVE"] as const;

/** Read once, which changes nothing and costs one operation. */
export const READ_BINDINGS = [...DATABASE_BINDINGS, "SOURCE", "PLAYBACK", "INCOMING", "CONTAINERS"] as const;

const OBJECTS = ["JOB_EVENTS", "CALLER_EVENTS", "POST_EVENTS", "PLAY_COUNTER"] as const;

/** A test of these would count, send or start something: they are only looked for. The queues have their probes. */
export const PRESENT_BINDINGS = [...OBJECTS, ...QUEUES, "TOKEN_ISSUE_LIMIT", "ASSETS", "GATE_METRICS"] as const;

export const OPTIONAL_BINDINGS: readonly string[] = ["INCOMING", "CONTAINERS", "GATE_METRICS"];
