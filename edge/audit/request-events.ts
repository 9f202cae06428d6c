import type { Occurrence } from "../../shared/domain/audit-event.ts";
import { base64UrlDecode } from "../../shared/lib/base64.ts";
import { fromWire, type PlaybackClaims } from "../../shared/playback-token/claims.ts";
import type { Caller } from "../auth/caller.ts";
import type { AuditedAction } from "./audited-routes.ts";
import { boundedActor, fileIndexOrNull, postIdOrNull, redactValue } from "./redact-value.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A request of an administrator that was answered. */
export type HandledRequest = {
  readonly caller: Caller;
  readonly client: Pick<Occurrence, "clientAddress" | "country">;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** As its route has validated it; empty when it was refused or there is none. */
  readonly body: Fields;
  readonly status: number;
  /** The code of a refusal. */
  readonly reason: string | null;
  /** Empty where nothing of it is told. */
  readonly answer: Fields;
};

/** What the log tells of it: one occurrence, or one for each item of a batch. */
export function auditEventsOf(audited: AuditedAction, seen: HandledRequest): Occurrence[] {
  const items = audited.each === undefined ? undefined : seen.body[audited.each.items];
  if (audited.each === undefined || !Array.isArray(items)) return [occurrenceOf(audited, seen)];
  const outcomes = seen.answer[audited.each.outcomes];
  return items.map((item, index) => {
    const outcome = fieldsOf(Array.isArray(outcomes) ? outcomes[index] : undefined);
    return occurrenceOf(audited, { ...seen, ...outcomeOf(seen, outcome), body: fieldsOf(item), answer: outcome });
  });
}

/** An item that was refused stands in an answer that was not. */
function outcomeOf({ status, reason }: HandledRequest, outcome: Fields): Pick<HandledRequest, "status" | "reason"> {
  const problem = fieldsOf(outcome.problem);
  if (typeof problem.status !== "number") return { status, reason };
  return { status: problem.status, reason: typeof problem.code === "string" ? problem.code : null };
}

function occurrenceOf(audited: AuditedAction, seen: HandledRequest): Occurrence {
  const { caller, client, params, query, body, answer, status, reason } = seen;
  const claims = audited.tokenIn === undefined ? null : claimsOf(fieldsOf(seen[audited.tokenIn]).token);
  const part = [query, body, fieldsOf(body.selection), answer, claims ?? {}].find((one) => "videoPostId" in one) as
    | Fields
    | undefined;
  const details = {
    ...named(params, Object.keys(params)),
    ...named(query, audited.query),
    ...named(body, audited.body),
    ...named(answer, audited.answer),
    ...(claims?.hasRow ? { tokenId: claims.tokenId } : {}),
    ...named({ callerName: caller.name ?? caller.email }, ["callerName"]),
  };
  return {
    actor: boundedActor(caller.id),
    action: audited.action,
    videoPostId: postIdOrNull(params.videoPostId ?? part?.videoPostId),
    fileIndex: fileIndexOrNull(part?.fileIndex),
    status,
    reason,
    ...client,
    details: Object.keys(details).length === 0 ? null : details,
  };
}

function named(fields: Fields, names: readonly string[] = []): Record<string, unknown> {
  const told = names.filter((name) => fields[name] !== undefined && name !== "videoPostId");
  return Object.fromEntries(told.map((name) => [name, redactValue(fields[name])]));
}

/** A token that the route has made, or has accepted: its signature needs no second look. Never told itself. */
function claimsOf(token: unknown): PlaybackClaims | null {
  if (typeof token !== "string") return null;
  try {
    return fromWire(JSON.parse(new TextDecoder().decode(base64UrlDecode(token.split(".")[1] ?? ""))));
  } catch {
    return null;
  }
}

export function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}
