import type { Occurrence } from "../../shared/domain/audit-event.ts";

/** The longest text of an IPv6 address (RFC 4291 2.2), with an IPv4 address in it. */
const LONGEST_ADDRESS = 45;

/** Where a request came from, as Cloudflare says it; nulls where nothing is in front of the Worker. */
export function clientOf(request: Request): Pick<Occurrence, "clientAddress" | "country"> {
  const address = request.headers.get("cf-connecting-ip");
  const country: unknown = request.cf?.country;
  return {
    clientAddress: address === null ? null : address.slice(0, LONGEST_ADDRESS),
    country: typeof country === "string" ? country.slice(0, 2) : null,
  };
}
