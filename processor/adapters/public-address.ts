import { BlockList, isIP } from "node:net";

/*
 * Which addresses a source may be fetched from. IPv4: everything but what IANA's special-purpose registry names. IPv6:
 * nothing but global unicast (2000::/3), less its special parts; so IPv4-mapped, NAT64, unique local, link-local and
 * loopback addresses are refused by not being in it.
 */
const REFUSED_IPV4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10], // carrier-grade NAT; Alibaba's metadata service is in it
  ["127.0.0.0", 8],
  ["168.63.129.16", 32], // Azure's host agent, in a range that is public otherwise
  ["169.254.0.0", 16], // link-local; the metadata services of most clouds
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];

const REFUSED_GLOBAL_IPV6: readonly (readonly [string, number])[] = [
  ["2001::", 23], // Teredo, ORCHID and other protocols' own
  ["2001:db8::", 32],
  ["2002::", 16], // 6to4: an IPv4 address inside
  ["3fff::", 20],
];

const refused4 = blockList(REFUSED_IPV4, "ipv4");
const refused6 = blockList(REFUSED_GLOBAL_IPV6, "ipv6");
const global6 = blockList([["2000::", 3]], "ipv6");

/** Whether a literal address, without brackets, is one of the public internet. Not an address: false. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !refused4.check(address, "ipv4");
    case 6:
      // A zone (`%eth0`) names an interface of this machine.
      return !address.includes("%") && global6.check(address, "ipv6") && !refused6.check(address, "ipv6");
    default:
      return false;
  }
}

function blockList(subnets: readonly (readonly [string, number])[], family: "ipv4" | "ipv6"): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of subnets) list.addSubnet(network, prefix, family);
  return list;
}
