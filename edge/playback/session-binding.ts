import type { PlaybackClaims, SessionBinding } from "../../shared/playback-token/claims.ts";
import type { SessionBindingKind } from "../settings/session-settings.ts";

/** Cloudflare's data about a request; absent in local development. */
type Place = { readonly country?: unknown; readonly asn?: unknown };

/** Codes for an unknown country (ISO 3166-1 reserves XX for users). T1 is Tor, which counts as a country. */
const NOWHERE = "XX";

/** The binding of a session that starts with this request. `cf` is read only if the setting requires it. */
export function sessionBinding(kind: SessionBindingKind, request: Request): SessionBinding | null {
  return kind === "none" ? null : placeOf(kind, request);
}

/** Whether the request comes from elsewhere than the session's start. False without a binding or a known origin. */
export function isElsewhere(kind: SessionBindingKind, { binding }: PlaybackClaims, request: Request): boolean {
  if (kind === "none" || binding === null) return false;
  // A token keeps its kind of binding when the setting changes.
  const here = placeOf(typeof binding === "string" ? "country" : "network", request);
  return here !== null && here !== binding;
}

function placeOf(kind: "country" | "network", request: Request): SessionBinding | null {
  const { country, asn } = (request.cf ?? {}) as Place;
  if (kind === "country") return typeof country === "string" && country !== NOWHERE ? country : null;
  return typeof asn === "number" && asn > 0 ? asn : null;
}
