import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** Azure's host agent, at an address that is public otherwise. */
const AZURE_HOST_AGENT = "168.63.129.16";

/** All of IPv6 that is assigned for global unicast; IPv4-compatible and unassigned addresses are outside. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR("2000::/3");

/**
 * Whether a literal address, without brackets, is a public address that a source may be fetched from. Not an address:
 * false. Special-purpose ranges (IANA) are never public, nor are addresses of IPv6 that carry one of IPv4.
 */
export function isPublicAddress(address: string): boolean {
  // A zone (`%eth0`) names an interface of this machine.
  if (isIP(address) === 0 || address.includes("%") || address === AZURE_HOST_AGENT) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== "unicast") return false;
  return parsed instanceof ipaddr.IPv4 || parsed.match(GLOBAL_UNICAST);
}
