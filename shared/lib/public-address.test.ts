import { describe, expect, it } from "vitest";
import { isPublicAddress } from "./public-address.ts";

describe("an address of a source", () => {
  it.each([
    ["8.8.8.8"],
    ["1.1.1.1"],
    ["172.15.255.255"],
    ["172.32.0.1"],
    ["100.63.255.255"],
    ["100.128.0.1"],
    ["192.0.1.1"],
    ["223.255.255.255"],
    ["2606:4700:4700::1111"],
    ["2a00:1450:4001:80b::200e"],
    ["2620:fe::fe"],
  ])("is public: %s", (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    ["this network", "0.0.0.0"],
    ["loopback", "127.0.0.1"],
    ["loopback, all of it", "127.255.255.254"],
    ["private 10/8", "10.0.0.1"],
    ["private 172.16/12", "172.31.255.255"],
    ["private 192.168/16", "192.168.1.1"],
    ["link-local: the metadata service", "169.254.169.254"],
    ["link-local: metadata of containers", "169.254.170.2"],
    ["carrier-grade NAT", "100.64.0.1"],
    ["metadata in carrier-grade NAT", "100.100.100.200"],
    ["the host agent of Azure", "168.63.129.16"],
    ["protocol assignments", "192.0.0.192"],
    ["documentation", "192.0.2.1"],
    ["benchmarks", "198.19.0.1"],
    ["multicast", "224.0.0.1"],
    ["reserved", "240.0.0.1"],
    ["broadcast", "255.255.255.255"],
    ["unspecified", "::"],
    ["IPv6 loopback", "::1"],
    ["IPv4-mapped loopback", "::ffff:127.0.0.1"],
    ["IPv4-mapped loopback, in hex", "::ffff:7f00:1"],
    ["IPv4-mapped, even if public", "::ffff:8.8.8.8"],
    ["IPv4-compatible", "::127.0.0.1"],
    ["NAT64 of the metadata service", "64:ff9b::a9fe:a9fe"],
    ["local NAT64", "64:ff9b:1::a00:1"],
    ["6to4 of a private address", "2002:a00:1::"],
    ["Teredo", "2001::1"],
    ["IPv6 documentation", "2001:db8::1"],
    ["newer IPv6 documentation", "3fff::1"],
    ["unique local: metadata of AWS", "fd00:ec2::254"],
    ["unique local", "fc00::1"],
    ["IPv6 link-local", "fe80::1"],
    ["IPv6 with a zone", "fe80::1%eth0"],
    ["a global one with a zone", "2606:4700:4700::1111%eth0"],
    ["site-local", "fec0::1"],
    ["IPv6 multicast", "ff02::1"],
    ["a name", "localhost"],
    ["nothing", ""],
    ["an abbreviated address", "127.1"],
  ])("is not public: %s (%s)", (_name, address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});
