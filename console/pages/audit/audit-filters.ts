import type { AuditEvent } from "../../../client/index.ts";

export const OUTCOMES = ["done", "refused"] as const satisfies readonly AuditEvent["outcome"][];

/** The filters of the log, as its address has them. `from` and `to` are days, such as 2026-11-27, both included. */
export type AuditFilters = {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly post?: string | undefined;
  readonly outcome?: (typeof OUTCOMES)[number] | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
};

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** What an address may have been edited to is left out. */
export function readAuditFilters(search: Record<string, unknown>): AuditFilters {
  const text = (value: unknown, longest: number) =>
    typeof value === "string" && value.trim() !== "" ? value.trim().slice(0, longest) : undefined;
  const day = (value: unknown) => (typeof value === "string" && isDay(value) ? value : undefined);
  return {
    actor: text(search.actor, 400),
    action: text(search.action, 100),
    post: text(search.post, 64),
    outcome: OUTCOMES.find((outcome) => outcome === search.outcome),
    from: day(search.from),
    to: day(search.to),
  };
}

export function isDay(text: string): boolean {
  return DAY.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00`));
}

/** The filters as the API takes them: days of this browser's zone as times. */
export function auditQueryOf({ actor, action, post, outcome, from, to }: AuditFilters) {
  return {
    ...{ actor, action, outcome, videoPostId: post },
    from: from === undefined ? undefined : startOf(from),
    to: to === undefined ? undefined : endOf(to),
  };
}

export function startOf(day: string): string {
  return new Date(`${day}T00:00:00`).toISOString();
}

/** The start of the next day, which may be 23 or 25 hours later. */
export function endOf(day: string): string {
  const date = new Date(`${day}T00:00:00`);
  date.setDate(date.getDate() + 1);
  return date.toISOString();
}
