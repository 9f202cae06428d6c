import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RetryableError } from "../retryable-error.ts";
import { type Download, downloadUrl } from "./download-url.ts";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const BODY = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 7) % 251));
const LIMITS = { maxBytes: 2 ** 20, maxSeconds: 60, minBytesPerSecond: 0 };

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
    limits: LIMITS,
    allowHosts: new Set([host]),
    signal: new AbortController().signal,
    onProgress: (bytes) => {
      stored = bytes;
    },
    requireRoom: async () => {},
    pauseMs: 1,
    ...overrides,
  });
}

const downloaded = () => readFile(join(folder, "source"));
const isWhole = async () => (await downloaded()).equals(BODY);
const asked = () => requests.map(({ headers }) => [headers.range, headers["if-range"]]);

/** Where a request wants to begin; 0 for the whole. */
const startOf = ({ headers: { range } }: IncomingMessage) => Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? "0");

/** Bytes of the file that the download has reported since the newest request. */
let stored = 0;

/** Sends BODY from where it is asked to, and breaks off after `bytes` the first `times` times. */
function breakingOff(bytes: number, times: number, headers: Record<string, string>): Handler {
  return (request, response) => {
    const start = startOf(request);
    const whole = { ...headers, "content-length": String(BODY.length - start) };
    const part = { ...whole, "content-range": `bytes ${start}-${BODY.length - 1}/${BODY.length}` };
    const ranged = request.headers.range !== undefined;
    response.writeHead(ranged ? 206 : 200, ranged ? part : whole);
    if (requests.length > times) return response.end(BODY.subarray(start));
    stored = 0;
    response.write(BODY.subarray(start, start + bytes), async () => {
      // What the client has not read is lost when the connection breaks.
      while (stored < start + bytes && !response.destroyed) await sleep(1);
      response.destroy();
    });
  };
}

/** The first connection breaks at 30,000 bytes of state "v1"; the others are answered by `next`. */
function thenAnswering(next: Handler): Handler {
  return (request, response) =>
    requests.length === 1 ? breakingOff(30_000, 1, { etag: '"v1"' })(request, response) : next(request, response);
}

describe("a download", () => {
  it("stores the file and reports its progress", async () => {
    handle = (_request, response) => response.end(BODY);
    const told: (number | null)[] = [];
    const outcome = await download({ onProgress: (bytes) => told.push(bytes) });
    expect(outcome).toEqual({ kind: "fetched", bytes: BODY.length });
    expect(await isWhole()).toBe(true);
    expect(told.at(-1)).toBe(BODY.length);
  });

  it("resumes where a connection broke, for the same state of the file", async () => {
    handle = breakingOff(30_000, 2, { etag: '"v1"', "accept-ranges": "bytes" });
    expect(await download()).toEqual({ kind: "fetched", bytes: BODY.length });
    expect(await isWhole()).toBe(true);
    expect(asked()).toEqual([
      [undefined, undefined],
      ["bytes=30000-", '"v1"'],
      ["bytes=60000-", '"v1"'],
    ]);
  });

  it("resumes by the date where there is no entity tag", async () => {
    const date = "Wed, 21 Oct 2026 07:28:00 GMT";
    handle = breakingOff(30_000, 1, { "last-modified": date });
    expect(await download()).toMatchObject({ kind: "fetched" });
    expect(asked()[1]).toEqual(["bytes=30000-", date]);
  });

  it("resumes where a server sends part of what is left", async () => {
    handle = thenAnswering((request, response) => {
      const start = startOf(request);
      const end = Math.min(BODY.length, start + 25_000);
      const range = `bytes ${start}-${end - 1}/${BODY.length}`;
      response.writeHead(206, { etag: '"v1"', "content-range": range, "content-length": end - start });
      response.end(BODY.subarray(start, end));
    });
    expect(await download()).toEqual({ kind: "fetched", bytes: BODY.length });
    expect(await isWhole()).toBe(true);
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
      code: "source-not-served",
      reason: "The source's address redirects more than 5 times. Use the address of the file itself.",
    });
  });

  it("tries again after 503", async () => {
    handle = (_request, response) => {
      if (requests.length === 1) response.writeHead(503).end();
      else response.end(BODY);
    };
    expect(await download()).toMatchObject({ kind: "fetched" });
  });
});

describe("a download starts again from the first byte", () => {
  const other = Buffer.alloc(50_000, 1);

  it("restarts where the server sends neither an entity tag nor a date", async () => {
    handle = breakingOff(30_000, 1, { etag: 'W/"weak"' });
    expect(await download()).toEqual({ kind: "fetched", bytes: BODY.length });
    expect(await isWhole()).toBe(true);
    expect(asked().map(([range]) => range)).toEqual([undefined, undefined]);
  });

  it("restarts where the server does not support ranges", async () => {
    handle = thenAnswering((_request, response) => response.writeHead(200, { etag: '"v1"' }).end(BODY));
    expect(await download()).toEqual({ kind: "fetched", bytes: BODY.length });
    expect(await isWhole()).toBe(true);
  });

  it("restarts when the file changed in between", async () => {
    handle = thenAnswering((_request, response) => response.writeHead(200, { etag: '"v2"' }).end(other));
    expect(await download()).toEqual({ kind: "fetched", bytes: other.length });
    expect((await downloaded()).equals(other)).toBe(true);
  });

  it.each([
    ["of another state, by a server that does not know If-Range", { etag: '"v2"' }, "30000-99999/100000", 70_000],
    ["of a file of another size", {}, "30000-49999/50000", 20_000],
    ["that begins elsewhere", { etag: '"v1"' }, "20000-89999/100000", 70_000],
    ["that says not where it begins", { etag: '"v1"' }, "nonsense", 70_000],
  ])("restarts when the rest is one %s", async (_, headers, range, bytes) => {
    handle = thenAnswering((request, response) => {
      const rest = { ...headers, "content-range": `bytes ${range}` };
      if (request.headers.range) response.writeHead(206, rest).end(Buffer.alloc(bytes, 2));
      else response.writeHead(200, { etag: '"v2"' }).end(other);
    });
    expect(await download()).toEqual({ kind: "fetched", bytes: other.length });
    expect((await downloaded()).equals(other)).toBe(true);
    expect(asked().map(([value]) => value)).toEqual([undefined, "bytes=30000-", undefined]);
  });

  it("restarts when the rest of the file no longer exists", async () => {
    handle = thenAnswering((request, response) => {
      if (request.headers.range) response.writeHead(416, { "content-range": "bytes */50000" }).end();
      else response.end(other);
    });
    expect(await download()).toEqual({ kind: "fetched", bytes: other.length });
  });
});

describe("a download fails for now", () => {
  it("fails when the connection breaks each time before a byte arrives", async () => {
    handle = (request) => request.socket.destroy();
    const fault = await download().catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(RetryableError);
    expect(fault).toMatchObject({ message: "The connection to the source's server broke again and again." });
    expect(requests.length).toBe(6);
  });

  it("fails when it breaks each time at the same byte and cannot resume there", async () => {
    handle = breakingOff(30_000, 100, {});
    await expect(download()).rejects.toThrow("broke again and again");
    expect(requests.length).toBe(6);
  });

  it("fails when the server always sends another range than was requested", async () => {
    handle = (request, response) => {
      const answer = breakingOff(30_000, 100, { etag: '"v1"' });
      if (!request.headers.range) return answer(request, response);
      response.writeHead(206, { "content-range": "bytes 5-9/100000" }).end("abcde");
    };
    await expect(download()).rejects.toThrow(RetryableError);
    expect(requests.length).toBeLessThan(12);
  });

  it("fails when the body is shorter than its announced size", async () => {
    handle = (_request, response) => {
      response.writeHead(200, { "content-length": "100" }).write("short");
      setTimeout(() => response.socket?.end(), 5);
    };
    await expect(download()).rejects.toThrow(RetryableError);
  });

  it("fails when it is too slow, even with single bytes on ever new connections", async () => {
    const limits = { ...LIMITS, minBytesPerSecond: 10 * 1024 };
    const trickle: Handler = (_request, response) => {
      const timer = setInterval(() => response.write("x"), 10);
      response.on("close", () => clearInterval(timer));
    };
    handle = trickle;
    await expect(download({ limits, speedWindowMs: 100 })).rejects.toThrow(
      new RetryableError("source-unreachable", "The source's server sends less than 10 KiB a second."),
    );
    handle = (request, response) => {
      trickle(request, response);
      setTimeout(() => response.destroy(), 30);
    };
    await expect(download({ limits, speedWindowMs: 100 })).rejects.toThrow("less than 10 KiB a second");
  });

  it("fails when nothing arrives, or the headers arrive too slowly", async () => {
    handle = (_request, response) => void response.writeHead(200, { "content-length": "1000" }).write("x");
    await expect(download({ idleMs: 20 })).rejects.toThrow("broke again and again");
    handle = (request) => {
      request.socket.write("HTTP/1.1 200 OK\r\n");
      const timer = setInterval(() => request.socket.write("x-more: 1\r\n"), 5);
      request.socket.on("close", () => clearInterval(timer));
      request.socket.on("error", () => {});
    };
    await expect(download({ idleMs: 1000, answerMs: 30 })).rejects.toThrow("broke again and again");
  });

  it("fails when there is no room for it, before a byte of it is read", async () => {
    let sent = 0;
    handle = (_request, response) => {
      response.writeHead(200, { "content-length": String(2 ** 20) }).flushHeaders();
      response.on("pipe", () => {});
      sent += 1;
    };
    const room: number[] = [];
    const requireRoom = async (bytes: number) => {
      room.push(bytes);
      throw new RetryableError("disk-full", "no room");
    };
    await expect(download({ requireRoom })).rejects.toThrow(new RetryableError("disk-full", "no room"));
    expect([room, sent, requests.length]).toEqual([[2 ** 20], 1, 1]);
    await expect(downloaded()).rejects.toThrow("ENOENT");
  });

  it("fails when it is aborted, with the reason of the abort", async () => {
    handle = (_request, response) => void response.writeHead(200, { "content-length": "1000" }).write("x");
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("stop")), 30);
    await expect(download({ signal: controller.signal })).rejects.toThrow("stop");
  });
});

describe("a download refuses its source", () => {
  it.each([
    ["a file", "file:///etc/passwd", "A source is fetched over http or https only. Upload the file instead."],
    ["another scheme", "ftp://a.test/v.mp4", "A source is fetched over http or https only. Upload the file instead."],
    ["what is no URL", "video.mp4", "The source's address is not a URL. Check it for missing parts."],
  ])("refuses %s", async (_name, url, reason) => {
    expect(await download({ url })).toEqual({ kind: "refused", code: "source-address-refused", reason });
  });

  it("refuses a redirect out of http", async () => {
    handle = (_request, response) => response.writeHead(302, { location: "file:///etc/passwd" }).end();
    expect(await download()).toEqual({
      kind: "refused",
      code: "source-address-refused",
      reason: "The source's address redirects to what is neither http nor https.",
    });
  });

  it("refuses a circle of redirects", async () => {
    handle = (_request, response) => response.writeHead(302, { location: "/video.mp4" }).end();
    expect(await download()).toMatchObject({ kind: "refused", code: "source-not-served", reason: /more than 5 times/ });
    expect(requests.length).toBe(6);
  });

  it("refuses an announced size above the limit before a byte of it is written", async () => {
    handle = (_request, response) => response.end(BODY);
    expect(await download({ limits: { ...LIMITS, maxBytes: 1024 } })).toEqual({
      kind: "refused",
      code: "source-too-large",
      reason: "The source is larger than 0.0 MiB, which is the most that is accepted.",
    });
    await expect(downloaded()).rejects.toThrow("ENOENT");
  });

  it("refuses a body that never ends", async () => {
    handle = (_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write(BODY));
        response.once("drain", more);
      };
      more();
    };
    expect(await download()).toMatchObject({
      kind: "refused",
      code: "source-too-large",
      reason: /^The source is larger than 1.0 MiB/,
    });
  });

  it("refuses a compressed body", async () => {
    handle = (_request, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(BODY));
    expect(await download()).toEqual({
      kind: "refused",
      code: "source-not-served",
      reason: "The source's server sends the file compressed, so its size cannot be checked. Upload it instead.",
    });
    expect(requests[0]?.headers["accept-encoding"]).toBe("identity");
  });

  it("refuses a source that takes longer than the limit", async () => {
    handle = breakingOff(10, 1000, { etag: '"v1"' });
    expect(await download({ limits: { ...LIMITS, maxSeconds: 0.1 } })).toEqual({
      kind: "refused",
      code: "source-unreachable",
      reason: "The source could not be downloaded within 1 minutes. Upload it instead.",
    });
  });

  it.each([
    [
      401,
      "source-access-denied",
      "The source's server refuses access (401). Use an address that opens without signing in.",
    ],
    [404, "source-not-found", "There is no file at the source's address (404). Check the address."],
    [400, "source-not-served", "The source's server answered 400. Check the address."],
  ])("refuses the source when the server answers %i", async (status, code, reason) => {
    handle = (_request, response) => response.writeHead(status).end();
    expect(await download()).toEqual({ kind: "refused", code, reason });
  });

  it("refuses an empty file", async () => {
    handle = (_request, response) => response.end();
    expect(await download()).toEqual({
      kind: "refused",
      code: "source-empty",
      reason: "The file at the source's address is empty.",
    });
  });
});
