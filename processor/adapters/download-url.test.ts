import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Download, downloadUrl } from "./download-url.ts";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const BODY = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 7) % 251));

let folder: string;
let server: Server;
let handle: Handler;
let requests: IncomingMessage[];
let host: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "download-"));
  requests = [];
  server = createServer((request, response) => {
    requests.push(request);
    handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

function download(overrides: Partial<Download> = {}) {
  return downloadUrl({
    url: `http://${host}/video.mp4`,
    destination: join(folder, "source"),
    maxBytes: 1_000_000,
    allowHosts: new Set([host]),
    signal: new AbortController().signal,
    onProgress: () => {},
    pauseMs: 1,
    ...overrides,
  });
}

const downloaded = () => readFile(join(folder, "source"));

/** Sends BODY from where it is asked to, and breaks off after `bytes` the first `times` times. */
function breakingOff(bytes: number, times: number, headers: Record<string, string>): Handler {
  return ({ headers: { range } }, response) => {
    const start = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? "0");
    const whole = { ...headers, "content-length": String(BODY.length - start) };
    const part = { ...whole, "content-range": `bytes ${start}-${BODY.length - 1}/${BODY.length}` };
    response.writeHead(range ? 206 : 200, range ? part : whole);
    if (requests.length > times) return response.end(BODY.subarray(start));
    response.write(BODY.subarray(start, start + bytes), () => setTimeout(() => response.destroy(), 20));
  };
}

describe("a download", () => {
  it("brings the file, and tells how far it is", async () => {
    handle = (_request, response) => response.end(BODY);
    const told: (number | null)[] = [];
    const outcome = await download({ onProgress: (bytes) => told.push(bytes) });
    expect(outcome).toEqual({ kind: "fetched", bytes: BODY.length });
    expect((await downloaded()).equals(BODY)).toBe(true);
    expect(told.at(-1)).toBe(BODY.length);
  });

  it("goes on where a connection broke, for the same state of the file", async () => {
    handle = breakingOff(30_000, 2, { etag: '"v1"', "accept-ranges": "bytes" });
    expect(await download()).toEqual({ kind: "fetched", bytes: BODY.length });
    expect((await downloaded()).equals(BODY)).toBe(true);
    expect(requests.map(({ headers }) => [headers.range, headers["if-range"]])).toEqual([
      [undefined, undefined],
      ["bytes=30000-", '"v1"'],
      ["bytes=60000-", '"v1"'],
    ]);
  });

  it("begins anew where the server gives nothing to hold on to", async () => {
    handle = breakingOff(30_000, 1, { etag: 'W/"weak"' });
    expect(await download()).toEqual({ kind: "fetched", bytes: BODY.length });
    expect((await downloaded()).equals(BODY)).toBe(true);
    expect(requests.map(({ headers }) => headers.range)).toEqual([undefined, undefined]);
  });

  it("begins anew when the file changed in between", async () => {
    const other = Buffer.alloc(50_000, 1);
    handle = (request, response) => {
      if (requests.length > 1) return response.writeHead(200, { etag: '"v2"' }).end(other);
      breakingOff(30_000, 1, { etag: '"v1"' })(request, response);
    };
    expect(await download()).toEqual({ kind: "fetched", bytes: other.length });
    expect((await downloaded()).equals(other)).toBe(true);
  });

  it("gives up, for now, when the connection breaks again and again without a byte", async () => {
    handle = (request) => request.socket.destroy();
    await expect(download()).rejects.toThrow("The source could not be downloaded.");
    expect(requests.length).toBe(6);
  });

  it("tries again after 503", async () => {
    handle = (_request, response) => {
      if (requests.length === 1) response.writeHead(503).end();
      else response.end(BODY);
    };
    expect(await download()).toMatchObject({ kind: "fetched" });
  });

  it("follows redirects, five at most", async () => {
    handle = (request, response) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) return response.end(BODY);
      response.writeHead(302, { location: `/${left - 1}` }).end();
    };
    expect(await download({ url: `http://${host}/5` })).toMatchObject({ kind: "fetched" });
    expect(await download({ url: `http://${host}/6` })).toEqual({
      kind: "refused",
      reason: "The source redirects more than 5 times.",
    });
  });

  it("ends when it is aborted, and when nothing comes for too long", async () => {
    handle = (_request, response) => void response.writeHead(200, { "content-length": "1000" }).write("x");
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("stop")), 30);
    await expect(download({ signal: controller.signal })).rejects.toThrow("stop");
    await expect(download({ idleMs: 20 })).rejects.toThrow("The source could not be downloaded.");
    expect(await download({ overallMs: 100 })).toEqual({
      kind: "refused",
      reason: "The source took too long to download.",
    });
  });
});

describe("a download is refused", () => {
  it.each([
    ["a file", "file:///etc/passwd", "A source is fetched over http or https only."],
    ["another scheme", "ftp://example.com/v.mp4", "A source is fetched over http or https only."],
    ["what is no URL", "video.mp4", "The source's address is not a URL."],
  ])("of %s", async (_name, url, reason) => {
    expect(await download({ url })).toEqual({ kind: "refused", reason });
  });

  it.each([
    ["a loopback address", () => `http://${host}/`],
    ["a loopback address in decimal", () => `http://2130706433:${host.split(":")[1]}/`],
    ["a loopback address in hex", () => `http://0x7f.1:${host.split(":")[1]}/`],
    ["a name that stands for loopback", () => `http://localhost:${host.split(":")[1]}/`],
    ["an IPv6 address", () => "http://[::1]/"],
    ["an IPv4-mapped address", () => `http://[::ffff:127.0.0.1]:${host.split(":")[1]}/`],
    ["the metadata service", () => "http://169.254.169.254/latest/meta-data/"],
  ])("from %s", async (_name, url) => {
    handle = (_request, response) => response.end(BODY);
    expect(await download({ url: url(), allowHosts: new Set() })).toEqual({
      kind: "refused",
      reason: "The source's address is not one of the public internet.",
    });
    expect(requests).toEqual([]);
  });

  it("when a redirect leads to an address that is not public", async () => {
    handle = (_request, response) => response.writeHead(302, { location: "http://169.254.169.254/" }).end();
    expect(await download()).toMatchObject({ kind: "refused", reason: /public internet/ });
  });

  it("when a redirect leads from an allowed host to another port of it", async () => {
    handle = (_request, response) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end();
    expect(await download()).toMatchObject({ kind: "refused", reason: /public internet/ });
  });

  it("when a redirect leads out of http", async () => {
    handle = (_request, response) => response.writeHead(302, { location: "file:///etc/passwd" }).end();
    expect(await download()).toMatchObject({ kind: "refused", reason: /http or https only/ });
  });

  it("when it says beforehand that it is too large, and when it turns out to be", async () => {
    handle = (_request, response) => response.writeHead(200, { "content-length": String(BODY.length) }).end(BODY);
    expect(await download({ maxBytes: 50_000 })).toMatchObject({ kind: "refused", reason: /larger than the 50000/ });
    handle = (_request, response) => response.writeHead(200, { "transfer-encoding": "chunked" }).end(BODY);
    expect(await download({ maxBytes: 50_000 })).toMatchObject({ kind: "refused", reason: /larger than the 50000/ });
  });

  it.each([404, 403, 410, 204])("when the server answers %i", async (status) => {
    handle = (_request, response) => response.writeHead(status).end();
    expect(await download()).toEqual({ kind: "refused", reason: `The source's server answered ${status}.` });
  });

  it("when it is empty", async () => {
    handle = (_request, response) => response.end();
    expect(await download()).toEqual({ kind: "refused", reason: "The source is empty." });
  });
});
