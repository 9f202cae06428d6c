import { QUEUES } from "../queues/messages.ts";

/* Every binding of wrangler.toml, in the ways in which the doctor checks them; a test compares the two. */

/** Read once, which changes nothing and costs one operation. */
export const READ_BINDINGS = ["DB", "SOURCE", "PLAYBACK", "INCOMING"] as const;

const OBJECTS = ["JOB_EVENTS", "CALLER_EVENTS", "PLAY_COUNTER"] as const;

/** A test of these would count, send or start something: they are only looked for. The queues have their probes. */
export const PRESENT_BINDINGS = [...OBJECTS, ...QUEUES, "TOKEN_ISSUE_LIMIT", "ASSETS", "GATE_METRICS"] as const;

export const OPTIONAL_BINDINGS: readonly string[] = ["INCOMING", "GATE_METRICS"];
