import ipaddr from "ipaddr.js";

/** Azure's host agent, at an address that is public otherwise. */
const AZURE_HOST_AGENT = "168.63.129.16";

/** All of IPv6 that is assigned for global unicast; IPv4-compatible and unassigned addresses are outside. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR("2000::/3");

/** A literal address, without brackets and in its full form. */
export function isAddress(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text) || (text.includes(":") && ipaddr.IPv6.isValid(text));
}

/**
 * Whether a literal address, without brackets, is a public address that may be fetched from. Not an address: false.
 * Special-purpose ranges (IANA) are never public, nor are addresses of IPv6 that carry one of IPv4.
 */
export function isPublicAddress(address: string): boolean {
  // A zone (`%eth0`) names an interface of this machine.
  if (!isAddress(address) || address.includes("%") || address === AZURE_HOST_AGENT) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== "unicast") return false;
  return parsed instanceof ipaddr.IPv4 || parsed.match(GLOBAL_UNICAST);
}
