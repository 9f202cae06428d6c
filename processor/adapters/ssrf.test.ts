import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { isPublicAddress } from "../../shared/lib/public-address.ts";
import { downloadUrl } from "./download-url.ts";
import { type AddressGuard, PUBLIC_INTERNET } from "./guarded-request.ts";
import { redirectTarget } from "./source-redirects.ts";

/*
 * What a stranger may make the processor connect to. A canary listens on loopback and counts connections; a second
 * server, which the operator permits, sends its callers on.
 */

const NOT_PUBLIC = {
  kind: "refused",
  code: "source-address-refused",
  reason: "The source's address is not one of the public internet. Upload the file instead.",
};

/** Hosts as they are written in a URL; all that can be the canary are on its port. */
const HOSTS: readonly (readonly [string, string])[] = [
  ["loopback", "127.0.0.1"],
  ["loopback, elsewhere in its network", "127.200.3.4"],
  ["loopback, abbreviated", "127.1"],
  ["loopback in decimal", "2130706433"],
  ["loopback in octal", "0177.0.0.1"],
  ["loopback in octal, whole", "017700000001"],
  ["loopback in hex", "0x7f000001"],
  ["loopback in hex, by parts", "0x7f.0.0.0x1"],
  ["loopback with a dot at the end", "127.0.0.1."],
  ["loopback in full-width digits", "１２７.０.０.１"],
  ["loopback with an ideographic full stop", "127。0。0。1"],
  ["loopback, percent-encoded", "%31%32%37.0.0.1"],
  ["loopback behind a user name", "example.com@127.0.0.1"],
  ["this host", "0.0.0.0"],
  ["this host, abbreviated", "0"],
  ["private 10/8", "10.1.2.3"],
  ["private 172.16/12", "172.16.0.1"],
  ["private 192.168/16", "192.168.0.1"],
  ["link-local", "169.254.1.1"],
  ["the metadata service", "169.254.169.254"],
  ["the metadata service in decimal", "2852039166"],
  ["the metadata service of containers", "169.254.170.2"],
  ["the metadata service of Alibaba", "100.100.100.200"],
  ["carrier-grade NAT", "100.64.0.1"],
  ["the host agent of Azure", "168.63.129.16"],
  ["broadcast", "255.255.255.255"],
  ["multicast", "224.0.0.1"],
  ["IPv6 loopback", "[::1]"],
  ["IPv6 unspecified", "[::]"],
  ["IPv4-mapped loopback", "[::ffff:127.0.0.1]"],
  ["IPv4-mapped loopback in hex", "[::ffff:7f00:1]"],
  ["IPv4-compatible loopback", "[::127.0.0.1]"],
  ["NAT64 of loopback", "[64:ff9b::127.0.0.1]"],
  ["NAT64 of the metadata service", "[64:ff9b::a9fe:a9fe]"],
  ["local NAT64", "[64:ff9b:1::7f00:1]"],
  ["6to4 of loopback", "[2002:7f00:1::]"],
  ["Teredo", "[2001:0:4136:e378:8000:63bf:80ff:fffe]"],
  ["unique local: the metadata service of AWS", "[fd00:ec2::254]"],
  ["IPv6 link-local", "[fe80::1]"],
  ["IPv6 site-local", "[fec0::1]"],
  ["IPv6 multicast", "[ff02::1]"],
];

/** Addresses as a resolver gives them. */
const ADDRESSES = HOSTS.map(([name, host]) => [name, new URL(`http://${host}/`).hostname.replace(/^\[|\]$/g, "")]);

let folder: string;
let canary: Server;
let sender: Server;
let connections = 0;
let senderRequests = 0;
let location = "";
let senderHost: string;
let port: number;

const listening = async (server: Server, on: string) => {
  await new Promise<void>((resolve) => server.listen(0, on, resolve));
  return (server.address() as AddressInfo).port;
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ssrf-"));
  canary = createServer((_request, response) => response.end("secret"));
  canary.on("connection", () => {
    connections += 1;
  });
  port = await listening(canary, "::");
  sender = createServer((_request: IncomingMessage, response: ServerResponse) => {
    senderRequests += 1;
    response.writeHead(307, { location }).end("read me");
  });
  senderHost = `127.0.0.1:${await listening(sender, "127.0.0.1")}`;
});

afterAll(async () => {
  for (const server of [canary, sender]) {
    server.closeAllConnections();
    server.close();
  }
  await rm(folder, { recursive: true });
});

beforeEach(() => {
  connections = 0;
  senderRequests = 0;
});

/** A resolver with these answers, one after the other; the last one stays. */
function resolver(...answers: readonly string[][]): AddressGuard["lookup"] & { asked: number } {
  const lookup = (_name: string, _options: unknown, callback: (error: null, addresses: object[]) => void) => {
    const answer = answers[Math.min(fake.asked, answers.length - 1)] ?? [];
    fake.asked += 1;
    callback(
      null,
      answer.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );
  };
  const fake = Object.assign(lookup, { asked: 0 }) as unknown as AddressGuard["lookup"] & { asked: number };
  return fake;
}

const download = (url: string, guard: AddressGuard = PUBLIC_INTERNET) =>
  downloadUrl({
    url,
    guard,
    destination: join(folder, "source"),
    limits: { maxBytes: 1000, maxSeconds: 20, minBytesPerSecond: 0 },
    allowHosts: new Set([senderHost]),
    signal: new AbortController().signal,
    onProgress: () => {},
    requireRoom: async () => {},
    pauseMs: 1,
  });

const nothingWasRead = async () => {
  expect(connections).toBe(0);
  expect(await readdir(folder)).toEqual([]);
};

describe("a source that is refused before a connection is made", () => {
  it.each(HOSTS)("is a source on %s (%s)", async (_name, host) => {
    expect(await download(`http://${host}:${port}/`)).toEqual(NOT_PUBLIC);
    expect(await download(`https://${host}:${port}/`)).toEqual(NOT_PUBLIC);
    await nothingWasRead();
  });

  it.each(HOSTS)("is a redirect to %s (%s)", async (_name, host) => {
    // A header is ASCII.
    location = `http://${/^[ -~]*$/.test(host) ? host : encodeURI(host)}:${port}/`;
    expect(await download(`http://${senderHost}/`)).toEqual(NOT_PUBLIC);
    expect(senderRequests).toBe(1);
    await nothingWasRead();
  });

  it.each(ADDRESSES)("is a name that stands for %s (%s)", async (_name, address) => {
    const guard = { lookup: resolver([address as string]), isAllowed: isPublicAddress };
    expect(await download(`http://video.example:${port}/`, guard)).toEqual(NOT_PUBLIC);
    expect(guard.lookup.asked).toBe(1);
    await nothingWasRead();
  });

  it("is a name that stands for a public address and a private one", async () => {
    const guard = { lookup: resolver(["93.184.216.34", "127.0.0.1"]), isAllowed: isPublicAddress };
    expect(await download(`http://video.example:${port}/`, guard)).toEqual(NOT_PUBLIC);
    await nothingWasRead();
  });

  it("is any name of this machine", async () => {
    for (const name of ["localhost", "LocalHost", "%6cocalhost"]) {
      expect(await download(`http://${name}:${port}/`)).toEqual(NOT_PUBLIC);
    }
    await nothingWasRead();
  });

  it("is a redirect from a permitted host to another port of it", async () => {
    location = `http://127.0.0.1:${port}/`;
    expect(await download(`http://${senderHost}/`)).toEqual(NOT_PUBLIC);
    await nothingWasRead();
  });
});

describe("a name that changes its address", () => {
  // Two addresses of this machine stand for a public and a private one.
  const isAllowed = (address: string) => address === "127.0.0.1";

  it("is connected to at the address that was checked, and is resolved once", async () => {
    const guard = { lookup: resolver(["127.0.0.1"], ["127.0.0.2"]), isAllowed };
    expect(await download(`http://video.example:${port}/`, guard)).toEqual({ kind: "fetched", bytes: 6 });
    expect(guard.lookup.asked).toBe(1);
    await rm(join(folder, "source"));
  });

  it("is checked again at each connection", async () => {
    const [, senderPort] = senderHost.split(":");
    location = `http://video.example:${port}/`;
    const guard = { lookup: resolver(["127.0.0.1"], ["127.0.0.2"]), isAllowed };
    expect(await download(`http://video.example:${senderPort}/`, guard)).toEqual(NOT_PUBLIC);
    expect(guard.lookup.asked).toBe(2);
    await nothingWasRead();
  });
});

describe("a redirect", () => {
  const from = new URL("https://video.example/a");
  it.each([
    ["to the same scheme", "https://other.example/b", "https://other.example/b"],
    ["to a path", "/b?c#d", "https://video.example/b?c#d"],
    ["without a scheme", "//other.example/b", "https://other.example/b"],
  ])("is followed %s", (_, location, target) => {
    expect(String(redirectTarget(from, location))).toBe(target);
  });

  it("from https to http is refused, and from http to https is not", () => {
    expect(redirectTarget(from, "http://video.example/a")).toEqual({
      kind: "refused",
      code: "source-address-refused",
      reason: "The source's address redirects from https to http, which is not safe. Use an https address.",
    });
    expect(String(redirectTarget(new URL("http://a.example/"), "https://a.example/"))).toBe("https://a.example/");
  });

  it.each(["gopher://a.example/", "data:text/plain,x", "file:///etc/passwd", "https://"])("is refused to %s", (to) => {
    expect(redirectTarget(from, to)).toMatchObject({ kind: "refused", code: "source-address-refused" });
  });
});
