import type { PlaybackClaims, SessionBinding } from "../../shared/playback-token/claims.ts";
import type { SessionBindingKind } from "../settings/session-settings.ts";

/** What Cloudflare says of a request; nothing of it is there in local development. */
type Place = { readonly country?: unknown; readonly asn?: unknown };

/** Countries that are none: unknown (ISO 3166-1 leaves XX to its users). Tor's T1 is a place of its own. */
const NOWHERE = "XX";

/** What a session that begins with this request is bound to. Where nothing is bound, `cf` is never read. */
export function sessionBinding(kind: SessionBindingKind, request: Request): SessionBinding | null {
  return kind === "none" ? null : placeOf(kind, request);
}

/** Whether the session began elsewhere. What is bound to nothing, or comes from nowhere known, is nowhere else. */
export function isElsewhere(kind: SessionBindingKind, { binding }: PlaybackClaims, request: Request): boolean {
  if (kind === "none" || binding === null) return false;
  // A token keeps the kind that it was made with, whatever the setting has become.
  const here = placeOf(typeof binding === "string" ? "country" : "network", request);
  return here !== null && here !== binding;
}

function placeOf(kind: "country" | "network", request: Request): SessionBinding | null {
  const { country, asn } = (request.cf ?? {}) as Place;
  if (kind === "country") return typeof country === "string" && country !== NOWHERE ? country : null;
  return typeof asn === "number" && asn > 0 ? asn : null;
}
