import type { Occurrence } from "../../shared/domain/access/audit-event.ts";
import type { Kinds } from "./event-counter.ts";

const NOWHERE = { videoPostId: null, fileIndex: null, clientAddress: null, country: null, details: null };

/** Refusals that are equal in every field. Beyond the bound only the action and the reason count, which are few. */
export const REFUSALS: Kinds = {
  of: (refusal) => JSON.stringify(refusal),
  most: 200,
  coarser: ({ action, status, reason }) => ({ actor: "various", action, status, reason, ...NOWHERE }),
};

/** What a caller does again and again with one part, such as issuing tokens to viewers. Callers are authenticated. */
export const FREQUENT_ACTIONS: Kinds = {
  of: ({ actor, action, videoPostId, fileIndex, status, reason }: Occurrence) =>
    JSON.stringify([actor, action, videoPostId, fileIndex, status, reason]),
  most: 2000,
  coarser: ({ actor, action, status, reason }) => ({ actor, action, status, reason, ...NOWHERE }),
};
