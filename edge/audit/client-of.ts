import type { Occurrence } from "../../shared/domain/access/audit-event.ts";

/** Length of the longest IPv6 address (RFC 4291 2.2), with an IPv4 address in it. */
const LONGEST_ADDRESS = 45;

/** The client as Cloudflare reports it; nulls if nothing is in front of the Worker. */
export function clientOf(request: Request): Pick<Occurrence, "clientAddress" | "country"> {
  const address = request.headers.get("cf-connecting-ip");
  const country: unknown = request.cf?.country;
  return {
    clientAddress: address === null ? null : address.slice(0, LONGEST_ADDRESS),
    country: typeof country === "string" ? country.slice(0, 2) : null,
  };
}
