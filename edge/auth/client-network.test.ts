import { describe, expect, it } from "vitest";
import { clientNetwork } from "./client-network.ts";

describe("the network of a client", () => {
  it.each([
    ["203.0.113.7", "203.0.113.7"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:db8:1:2::", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2::6", "2001:db8:1:2::/64"],
    ["2001:0db8:0001:0002:0000:0000:0000:0006", "2001:db8:1:2::/64"],
    ["2001:db8::6", "2001:db8:0:0::/64"],
    ["2001:db8:0:0:1::", "2001:db8:0:0::/64"],
    ["2001:db8::1:0:0:6", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["::", "0:0:0:0::/64"],
    ["64:ff9b::203.0.113.7", "64:ff9b:0:0::/64"],
    ["unknown", "unknown"],
    ["", ""],
  ])("is, for %j, %j", (address, network) => {
    expect(clientNetwork(address)).toBe(network);
  });

  it("is equal for every address of one client, and differs for its neighbour", () => {
    const networks = ["2001:db8:1:2::1", "2001:db8:1:2:ffff::", "2001:db8:1:2:a:b:c:d"].map(clientNetwork);
    expect(new Set(networks).size).toBe(1);
    expect(clientNetwork("2001:db8:1:3::1")).not.toBe(networks[0]);
  });
});
