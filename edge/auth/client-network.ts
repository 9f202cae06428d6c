/**
 * The network of a client, as a text to count by: an IPv4 address, or the first 64 bits of an IPv6 address, because one
 * client has all addresses of such a network. Takes the value of `CF-Connecting-IP`.
 */
export function clientNetwork(address: string): string {
  // An IPv4 address in IPv6 notation (RFC 4291 2.5.5.2).
  const mapped = /^::ffff:([0-9]+(?:\.[0-9]+){3})$/i.exec(address);
  if (mapped !== null) return mapped[1]!;
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.toLowerCase().split("::", 2);
  const first = groupsOf(head);
  const last = tail === undefined ? [] : groupsOf(tail);
  // RFC 4291 2.2: "::" stands for as many groups of zeros as are missing.
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - first.length - last.length);
  const groups = [...first, ...Array.from({ length: zeros }, () => "0"), ...last];
  return `${groups.slice(0, 4).join(":")}::/64`;
}

/** Without leading zeros, so that one network has one spelling. An IPv4 address at the end counts as two groups. */
function groupsOf(part: string): string[] {
  if (part === "") return [];
  return part.split(":").flatMap((group) => (group.includes(".") ? ["0", "0"] : [group.replace(/^0+(?=.)/, "")]));
}
