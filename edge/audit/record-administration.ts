import type { AuditLog } from "../../shared/application/ports/audit-log.ts";
import { type AuditEvent, auditEvent, type Occurrence } from "../../shared/domain/access/audit-event.ts";
import type { Caller } from "../auth/caller.ts";
import { type ProblemCode, problemOf } from "../http/problems.ts";
import type { AuditEventMessage } from "../queues/messages.ts";
import { type AuditAction, actionOf } from "./audit-actions.ts";
import type { AuditFacts, ItemFacts, StatedFacts } from "./audit-facts.ts";
import { clientOf } from "./client-of.ts";
import type { EventCounter } from "./event-counter.ts";
import { recordNow } from "./record-events.ts";
import { boundedActor, fileIndexOrNull, postIdOrNull, redactValue } from "./redact-value.ts";

/** A request of an administrator and its outcome. */
export type Administered = {
  readonly request: Request;
  /** `METHOD pattern`. */
  readonly route: string;
  readonly params: Readonly<Record<string, string>>;
  /** Null for a route that only reads. */
  readonly action: AuditAction | null;
  readonly caller: Caller | null;
  readonly status: number;
  readonly reason: ProblemCode | null;
  /** The facts of the request; null if it was not read. */
  readonly asked: AuditFacts | null;
  /** The facts of the response. */
  readonly stated: StatedFacts | undefined;
  /** Counted like a frequent action: the sender may send any number of them. */
  readonly counted?: true;
};

/** Of the Context. */
export type RecordDeps = {
  readonly auditLog: AuditLog;
  readonly env: { readonly AUDIT_EVENTS: Queue<AuditEventMessage> };
  readonly refusals: EventCounter;
  readonly frequentActions: EventCounter;
  readonly now: () => number;
  readonly settings: { readonly AUDIT_RETENTION_DAYS: number };
};

/**
 * Records administrative requests and refused credentials. It runs after the action, when its outcome is known, and
 * before the response, so that a caller with a response finds the event. Frequent actions are counted, and their events
 * arrive later.
 */
export async function recordAdministration(
  deps: RecordDeps,
  execution: Pick<ExecutionContext, "waitUntil">,
  done: Administered,
): Promise<void> {
  const { action, caller, reason } = done;
  if (caller === null || reason === "not-allowed") {
    noteRefusedCredentials(deps, execution, done);
    return;
  }
  if (action === null) return;
  const { refusalsOnly, frequent, beforeAnswer } = actionOf(action);
  if (refusalsOnly) return;
  const occurrences = occurrencesOf(done, action, caller);
  if (frequent || done.counted) {
    for (const occurrence of occurrences) deps.frequentActions.note(occurrence, execution);
    return;
  }
  const events = occurrences.map((occurrence) => eventOf(deps, occurrence));
  await (beforeAnswer && reason === null ? deps.auditLog.append(events) : recordNow(deps, events));
}

function eventOf({ now, settings }: RecordDeps, occurrence: Occurrence): AuditEvent {
  return auditEvent(occurrence, 1, now(), settings.AUDIT_RETENTION_DAYS);
}

/** One event, or one for each item of a batch. */
function occurrencesOf(done: Administered, action: AuditAction, caller: Caller): Occurrence[] {
  const { stated } = done;
  const items: readonly ItemFacts[] = Array.isArray(stated) ? stated : [(stated as AuditFacts | undefined) ?? {}];
  return items.map(({ refusedWith = done.reason, ...facts }) => {
    const { videoPostId: _, ...params } = done.params;
    const { asked } = done;
    const callerName = caller.name ?? caller.email;
    const details = redactedDetails({ ...params, ...asked?.details, ...facts.details, callerName });
    return {
      actor: boundedActor(caller.id),
      action,
      videoPostId: postIdOrNull(facts.videoPostId ?? asked?.videoPostId ?? done.params.videoPostId),
      fileIndex: fileIndexOrNull(facts.fileIndex ?? asked?.fileIndex),
      status: refusedWith === null ? done.status : problemOf(refusedWith).status,
      reason: refusedWith,
      ...clientOf(done.request),
      details,
    };
  });
}

function redactedDetails(details: Readonly<Record<string, unknown>>): Occurrence["details"] {
  const given = Object.entries(details).filter(([, value]) => value !== undefined);
  return given.length === 0 ? null : Object.fromEntries(given.map(([name, value]) => [name, redactValue(value)]));
}

/** Floods are counted. Nothing that an unknown caller chose is recorded. */
function noteRefusedCredentials(
  { refusals }: RecordDeps,
  execution: Pick<ExecutionContext, "waitUntil">,
  { request, route, params, action, caller, status, reason }: Administered,
): void {
  if (status !== 401 && status !== 403) return;
  const refusal: Occurrence = {
    actor: caller === null ? "anonymous" : boundedActor(caller.id),
    action: action ?? "other",
    videoPostId: postIdOrNull(params.videoPostId),
    fileIndex: null,
    status,
    reason,
    ...clientOf(request),
    details: action === null ? { route } : null,
  };
  refusals.note(refusal, execution);
}
