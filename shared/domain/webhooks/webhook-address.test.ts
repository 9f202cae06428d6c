import { describe, expect, it } from "vitest";
import { webhookAddressProblem } from "./webhook-address.ts";

describe("the address of a webhook endpoint", () => {
  it.each([
    "https://www.example.com/hooks?site=1",
    "https://www.example.com:443/",
    "https://www.example.com:8443/",
    "https://EXAMPLE.com.",
    "https://8.8.8.8/",
    "https://[2606:4700:4700::1111]/",
    "https://bücher.example/",
    "https://localhost.example.com/",
  ])("is accepted: %s", (url) => {
    expect(webhookAddressProblem(url, "public")).toBeNull();
  });

  it.each([
    ["no URL", "www.example.com"],
    ["another protocol", "ftp://www.example.com/"],
    ["a script", "javascript:alert(1)"],
    ["http", "http://www.example.com/"],
    ["credentials", "https://user:secret@www.example.com/"],
    ["a user alone", "https://user@www.example.com/"],
    ["a fragment", "https://www.example.com/#x"],
    ["an odd port", "https://www.example.com:6379/"],
    ["port 80", "https://www.example.com:80/"],
    ["loopback", "https://127.0.0.1/"],
    ["loopback in one number", "https://2130706433/"],
    ["loopback in hex", "https://0x7f.1/"],
    ["loopback in octal", "https://0177.0.0.1/"],
    ["loopback with full-width digits", "https://１２７.0.0.1/"],
    ["loopback with a dot", "https://127.0.0.1./"],
    ["a private address", "https://10.1.2.3/"],
    ["a metadata service", "https://169.254.169.254/latest/"],
    ["IPv6 loopback", "https://[::1]/"],
    ["IPv4 in IPv6", "https://[::ffff:10.0.0.1]/"],
    ["a unique local address", "https://[fd00:ec2::254]/"],
    ["localhost", "https://localhost/"],
    ["a name of localhost", "https://a.localhost/"],
    ["a name with a dot at its end", "https://localhost./"],
    ["a name with two dots at its end", "https://localhost../"],
    ["localhost with its domain", "https://localhost.localdomain/"],
    ["a single label", "https://intranet/"],
    ["mDNS", "https://printer.local/"],
    ["metadata of a cloud", "https://metadata.google.internal/"],
    ["a home network", "https://nas.home.arpa/"],
    ["too long", `https://www.example.com/${"x".repeat(2000)}`],
  ])("is refused: %s", (_, url) => {
    expect(webhookAddressProblem(url, "public")).not.toBeNull();
  });

  it("may be local in development, and is refused there with credentials too", () => {
    for (const url of ["http://localhost:3000/hooks", "http://192.168.1.5/", "https://www.example.com:9000/"]) {
      expect(webhookAddressProblem(url, "any")).toBeNull();
    }
    for (const url of ["http://a:b@localhost/", "ftp://localhost/", "nothing"]) {
      expect(webhookAddressProblem(url, "any")).not.toBeNull();
    }
  });
});
