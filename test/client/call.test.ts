import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createClient, UnexpectedAnswer } from "../../client/index.ts";

type Answer = { readonly status: number; readonly type?: string; readonly body?: string; readonly headers?: object };

let server: Server;
let baseUrl: string;
let answer: Answer;
const received: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    received.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    const { status, type, body, headers } = answer;
    if (status === 0) return;
    response.writeHead(status, { ...(type === undefined ? {} : { "content-type": type }), ...headers }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => void received.splice(0));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const client = (more: object = {}) => createClient({ baseUrl, token: "a-key", ...more });
const getJob = () => client().getJob({ params: { jobId: "j/1" } });

describe("the client", () => {
  it("returns a refusal as a value, with the time after which to ask again", async () => {
    const problem = { type: "about:blank", title: "Later", status: 503, code: "unavailable" };
    const type = "application/problem+json";
    answer = { status: 503, type, body: JSON.stringify(problem), headers: { "retry-after": "7" } };
    expect(await getJob()).toEqual({ ok: false, status: 503, problem, retryAfterSeconds: 7 });
    answer = { status: 404, type, body: JSON.stringify({ ...problem, status: 404 }) };
    expect(await getJob()).toMatchObject({ ok: false, status: 404, retryAfterSeconds: null });
    expect(received[0]).toBe("GET /api/v2/jobs/j%2F1 Bearer a-key");
  });

  it.each<[string, Answer]>([
    ["a page in place of JSON", { status: 200, type: "text/html", body: "<p>Sign in</p>" }],
    ["JSON that ends early", { status: 200, type: "application/json", body: '{"jobId":' }],
    ["an error without a problem", { status: 502, type: "text/html", body: "Bad gateway" }],
    ["a problem without a code", { status: 403, type: "application/problem+json", body: '{"title":"No"}' }],
    ["an error that only looks like an answer", { status: 500, type: "application/json", body: '{"code":"invalid"}' }],
  ])("throws UnexpectedAnswer for %s", async (_, given) => {
    answer = given;
    const error = await getJob().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UnexpectedAnswer);
    expect(error).toMatchObject({ status: given.status, excerpt: given.body });
  });

  it("follows no redirect, which would carry the token elsewhere", async () => {
    answer = { status: 302, headers: { location: `${baseUrl}/elsewhere` } };
    await expect(getJob()).rejects.toBeInstanceOf(UnexpectedAnswer);
    expect(received).toHaveLength(1);
  });

  it("returns the response itself for a file, and its JSON where the operation has both", async () => {
    const items = { params: { batchId: "b" } };
    answer = { status: 200, type: "text/csv; charset=utf-8", body: "a,b\n" };
    const file = await client().listRotationItems({ ...items, query: { format: "csv" } });
    expect(file.ok && (await (file.body as Response).text())).toBe("a,b\n");
    answer = { status: 200, type: "application/json", body: '{"items":[],"nextCursor":null}' };
    expect(await client().listRotationItems(items)).toMatchObject({ ok: true, body: { items: [], nextCursor: null } });
  });

  it("ends a call by its signal and by the time limit, whichever comes first", async () => {
    answer = { status: 0 };
    const stop = AbortSignal.abort(new Error("stopped"));
    await expect(client().listJobs({}, { signal: stop })).rejects.toThrow("stopped");
    const { signal } = new AbortController();
    await expect(client({ timeoutMs: 20 }).listJobs({}, { signal })).rejects.toThrow(/timeout/);
  });
});
