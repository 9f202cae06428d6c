import { apiKeyStatus } from "../../shared/domain/access/api-key.ts";
import { allows, type Scope } from "../../shared/domain/access/scope.ts";
import type { Caller } from "../auth/caller.ts";
import type { Ticket } from "../auth/event-tickets.ts";
import type { Context } from "../context.ts";
import { type Refusal, refused } from "../http/refusal.ts";

type Deps = Pick<Context, "eventTickets" | "apiKeys" | "now">;

export type TicketHolder = { readonly kind: "holder"; readonly caller: Caller; readonly ticket: Ticket } | Refusal;

const API_KEY = "api-key:";
/** ADMIN_API_KEY, which is a setting: its tickets end with their time, or with the key that signed them. */
const FIRST_KEY = "admin";

/** The ticket in the query of a request; null where there is none. */
export function ticketOf(request: Request): string | null {
  return new URL(request.url).searchParams.get("ticket");
}

/** The caller who asked for the ticket. The ticket of an API key counts while the key does. */
export async function identifyTicket(deps: Deps, text: string, scope: Scope): Promise<TicketHolder> {
  const ticket = await deps.eventTickets.read(text, deps.now());
  if (ticket === "expired") return refused("token-expired", "Ask for a new ticket.");
  if (ticket === "invalid") return refused("token-invalid");
  const { callerId } = ticket;
  const keyId = callerId.startsWith(API_KEY) ? callerId.slice(API_KEY.length) : null;
  if (keyId !== null && keyId !== FIRST_KEY) {
    const key = await deps.apiKeys.find(keyId);
    const isActive = key !== null && apiKeyStatus(key, deps.now()) === "ACTIVE";
    if (!isActive || !allows(key.scopes, scope)) return refused("token-revoked");
  }
  return { kind: "holder", caller: { id: callerId, scopes: [scope] }, ticket };
}
