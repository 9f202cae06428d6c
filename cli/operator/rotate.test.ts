import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { createOperatorClient } from "../../processor/adapters/operator-client.ts";
import { parseCommand } from "../command-line.ts";
import { rewrap } from "./rewrap.ts";
import { rotate } from "./rotate.ts";
import { forgetViewer } from "./viewers.ts";

type Answer = { readonly status: number; readonly body: unknown };

const ok = (body: unknown): Answer => ({ status: 200, body });

/** What a command line prints and ends with against a Worker that gives these answers, one after the other. */
async function typed(line: string, answers: readonly Answer[], { stopAfter = Number.POSITIVE_INFINITY } = {}) {
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const answer = answers[Math.min(requests.length, answers.length - 1)]!;
    requests.push(`${request.method} ${request.url?.replace("/admin/video/enc", "")} ${body}`.trim());
    const type = answer.status < 400 ? "application/json" : "application/problem+json";
    response.writeHead(answer.status, { "content-type": type }).end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const serviceUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const config = { serviceUrl, adminApiKey: "secret" };
  const said = { out: [] as string[], err: [] as string[], progress: [] as string[] };
  const output = {
    out: (text: string) => void said.out.push(text),
    err: (text: string) => void said.err.push(text),
    progress: { write: (text: string) => void said.progress.push(text) },
  };
  const stopping = new AbortController();
  let sleeps = 0;
  const sleep = async () => {
    sleeps += 1;
    if (sleeps > stopAfter) stopping.abort();
    stopping.signal.throwIfAborted();
  };
  const command = parseCommand(line.split(" ")).command;
  const perform = () => {
    if (command.name === "forget-viewer") return forgetViewer(command, createOperatorClient(config), output);
    if (command.name === "rewrap") return rewrap(command, createOperatorClient(config), output);
    if (command.name !== "rotate") throw new Error(JSON.stringify(command));
    const options = { json: command.json, stop: stopping.signal, sleep };
    return rotate(command.command, options, createOperatorClient(config), output);
  };
  try {
    const code = await perform();
    return { code, requests, out: said.out.join(""), err: said.err.join(""), progress: said.progress.join("") };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const BATCH = {
  ...{ batchId: "0199-b", state: "RUNNING", selection: { everything: true }, maxInFlight: 2, graceSeconds: null },
  ...{ requestedBy: "api-key:admin", createdAt: "2026-03-01T12:00:00.000Z", finishedAt: null, filled: true },
};
const PROGRESS = {
  ...{ total: 20, pending: 10, rotating: 2, succeeded: 7, failed: 1, skipped: 0, percent: 40, secondsLeft: 130 },
};
const at = (progress: Partial<typeof PROGRESS>, more: Record<string, unknown> = {}) =>
  ok({ ...BATCH, ...more, progress: { ...PROGRESS, ...progress } });
const END = { pending: 0, rotating: 0, succeeded: 20, failed: 0, percent: 100, secondsLeft: 0 };
const DONE = at(END, { state: "DONE", finishedAt: "2026-03-01T12:09:00.000Z" });

describe("ladderlock keys rotate", () => {
  it("starts a batch and reports it in full", async () => {
    const { code, out, requests } = await typed("rotate --all --in-flight 2", [at({})]);
    expect(code).toBe(0);
    expect(requests).toEqual([`POST /rotations {"selection":{"everything":true},"maxInFlight":2}`]);
    expect(out).toBe(
      [
        "Batch 0199-b",
        "batch:    0199-b",
        "state:    RUNNING",
        "what:     everything",
        "at once:  2",
        "grace:    the deployment's default",
        "parts:    10 pending, 2 rotating, 7 succeeded, 1 failed, 0 skipped",
        "done:     40 %",
        "left:     about 2 min",
        "began:    2026-03-01T12:00:00.000Z by api-key:admin",
        "",
      ].join("\n"),
    );
  });

  it("reports what a dry run would do, over all of its pages", async () => {
    const item = { videoPostId: "p1", fileIndex: 0, keyVersion: 3, outcome: "rotate" };
    const weight = { qualities: 4, segments: 244, bytes: 99_000 };
    const left = { ...item, videoPostId: "p2", outcome: "no-clear-renditions", qualities: 0, segments: 0, bytes: 0 };
    const pages = [
      {
        items: [{ ...item, ...weight }],
        totals: { rotate: 1, skip: 0, segments: 244, bytes: 99_000 },
        nextCursor: "c",
      },
      { items: [left], totals: { rotate: 0, skip: 1, segments: 0, bytes: 0 }, nextCursor: null },
    ].map((page) => ok({ dryRun: true, ...page }));
    const { code, out, requests } = await typed("rotate --author a --dry-run", pages);
    expect(code).toBe(0);
    expect(requests).toEqual([
      `POST /rotations {"selection":{"authorId":"a"},"dryRun":true}`,
      `POST /rotations {"selection":{"authorId":"a"},"dryRun":true,"cursor":"c"}`,
    ]);
    expect(out).toMatch(/^p1 +0 +3 +4 +244 +99000$/m);
    expect(out).toMatch(/^p2 .* it has no clear renditions$/m);
    expect(out).toMatch(/^1 parts would be rotated: 244 segments, 99000 bytes\. 1 would be skipped\. Nothing was/m);
  });

  it("watches until the end, also while the Worker is unreachable for a moment", async () => {
    const away = { status: 503, body: { title: "Temporarily unavailable", code: "unavailable" } };
    const answers = [at({ pending: 20, rotating: 0 }), away, at({}), at({ pending: 0, rotating: 2 }), DONE];
    const { code, out, progress, requests } = await typed("rotate watch 0199-b", answers);
    expect([code, requests.length]).toEqual([0, 5]);
    expect(progress.split("\n").filter(Boolean)).toEqual([
      "  0 %  0 of 20 parts finished, 1 failed, about 2 min left",
      "  40 %  8 of 20 parts finished, 1 failed, about 2 min left",
      "  90 %  18 of 20 parts finished, 1 failed, about 2 min left",
      "  100 %  20 of 20 parts finished",
    ]);
    expect(out).toBe("DONE: 20 rotated, 0 failed, 0 skipped.\n");
  });

  it("ends a watch with 1 when something failed or the batch was cancelled, and with 75 when it is stopped", async () => {
    const failed = at({ ...END, succeeded: 19, failed: 1 }, { state: "DONE" });
    const one = await typed("rotate watch 0199-b", [failed]);
    expect([one.code, one.out]).toEqual([1, "DONE: 19 rotated, 1 failed, 0 skipped. See: rotate report 0199-b\n"]);
    const cancelling = at({ pending: 5, rotating: 1, failed: 0 }, { state: "CANCELLED" });
    const cancelled = at({ ...END, pending: 5, succeeded: 15 }, { state: "CANCELLED" });
    const two = await typed("rotate watch 0199-b", [cancelling, cancelled]);
    expect([two.code, two.out]).toEqual([1, "CANCELLED: 15 rotated, 0 failed, 0 skipped, 5 not started.\n"]);
    const three = await typed("rotate watch 0199-b", [at({})], { stopAfter: 3 });
    expect([three.code, three.err]).toEqual([75, "The batch continues.\n"]);
  });

  it("reports items by pages, as a table or a JSON line each", async () => {
    const item = { videoPostId: "p1", fileIndex: 0, state: "FAILED", fromKeyVersion: 1, toKeyVersion: null };
    const first = { ...item, jobId: "j", reason: "A segment was\nstored damaged.", startedAt: null, finishedAt: null };
    const second = { ...first, videoPostId: "p2", state: "SKIPPED", reason: "already-rotating" };
    const pages = [ok({ items: [first], nextCursor: "p1:0" }), ok({ items: [second], nextCursor: null })];
    const table = await typed("rotate report 0199-b --state FAILED", pages);
    expect(table.requests).toEqual([
      "GET /rotations/0199-b/items?limit=500&state=FAILED",
      "GET /rotations/0199-b/items?limit=500&state=FAILED&cursor=p1%3A0",
    ]);
    expect(table.out).toMatch(/^p1 +0 +FAILED +1 +A segment was stored damaged\.$/m);
    expect(table.out).toMatch(/^p2 +0 +SKIPPED +1 +another batch is rotating it$/m);
    const json = await typed("rotate report 0199-b --json", pages);
    expect(
      json.out
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual([first, second]);
    expect((await typed("rotate report 0199-b", [ok({ items: [], nextCursor: null })])).out).toBe(
      "Nothing to report.\n",
    );
  });

  it("pauses, resumes, cancels, retries until nothing is left to retry, and lists", async () => {
    const paused = await typed("rotate pause 0199-b", [at({}, { state: "PAUSED" })]);
    expect([paused.code, paused.requests]).toEqual([0, ["POST /rotations/0199-b/pause"]]);
    const pages = [ok({ retried: 5000, complete: false }), ok({ retried: 7, complete: true })];
    const retried = await typed("rotate retry-failed 0199-b", pages);
    expect([retried.code, retried.out, retried.requests.length]).toEqual([0, "5007 parts will be retried.\n", 2]);
    const listed = await typed("rotate list", [ok({ rotations: [BATCH], nextCursor: null })]);
    expect(listed.out).toMatch(/^0199-b +RUNNING +2026-03-01T12:00:00\.000Z +api-key:admin +everything$/m);
    expect((await typed("rotate list", [ok({ rotations: [], nextCursor: null })])).out).toBe("No batches.\n");
  });

  it("reports a refusal in the Worker's own words", async () => {
    const refusal = {
      status: 409,
      body: { title: "Not possible in this state", code: "wrong-state", detail: "the batch has ended" },
    };
    const { code, err } = await typed("rotate resume 0199-b", [refusal]);
    expect(code).toBe(1);
    expect(err).toBe("The video service answered 409: Not possible in this state: the batch has ended.\n");
    const away = { status: 503, body: { title: "Temporarily unavailable", code: "unavailable" } };
    expect((await typed("rotate show 0199-b", [away])).code).toBe(75);
  });
});

describe("ladderlock keys rewrap", () => {
  const page = { current: "k2", rewrapped: 500, left: 500, unknown: [], damaged: [], nextCursor: "k1:content:x" };

  it("continues page by page until nothing is left", async () => {
    const answers = [ok(page), ok({ ...page, left: 0, nextCursor: null })];
    const { code, out, requests, progress } = await typed("rewrap", answers);
    expect([code, requests]).toEqual([
      0,
      [`POST /rewrap {"limit":500}`, `POST /rewrap {"limit":500,"cursor":"k1:content:x"}`],
    ]);
    expect(progress).toBe("  50 %  500 of 1000 keys re-wrapped\n  100 %  1000 of 1000 keys re-wrapped\n");
    expect(out).toBe(
      "1000 keys were re-wrapped under k2.\n" + "No key uses a former key-encryption key: they can be removed.\n",
    );
  });

  it("names keys that cannot be read, and ends with 1 while former key-encryption keys are still needed", async () => {
    const key = { videoPostId: "p1", fileIndex: 0, kind: "content", quality: "480p", keyVersion: 1, kekId: "k1" };
    const secret = { webhookId: "w1", kind: "webhook-secret", kekId: "k1" };
    const unknown = [{ kekId: "k0", contentKeys: 4, singleKeys: 1, sourceUrls: 0, webhookSecrets: 2 }];
    const end = { ...page, left: 1, damaged: [key, secret], unknown, nextCursor: null };
    const damaged = await typed("rewrap", [ok(end)]);
    expect(damaged.code).toBe(1);
    expect(damaged.out).toContain("Damaged: post p1, part 0, 480p, version 1, under k1. Rotate the part.\n");
    expect(damaged.out).toContain("Damaged: a secret of the webhook endpoint w1, under k1. Rotate the secret.\n");
    expect(damaged.out).toContain("7 keys are under k0, which is not configured: they cannot be read.\n");
    const more = await typed("rewrap --json", [ok({ ...page, left: 3, nextCursor: null })]);
    expect([more.code, JSON.parse(more.out)]).toMatchObject([1, { rewrapped: 500, left: 3 }]);
  });

  it("only counts in a dry run", async () => {
    const keys = [
      { kekId: "k0", contentKeys: 4, singleKeys: 1, sourceUrls: 0, webhookSecrets: 3, use: "unknown" },
      { kekId: "k2", contentKeys: 996, singleKeys: 0, sourceUrls: 0, webhookSecrets: 0, use: "current" },
    ];
    const { code, out, requests } = await typed("rewrap --dry-run", [ok({ current: "k2", keys })]);
    expect([code, requests]).toEqual([0, ["GET /rewrap"]]);
    expect(out).toMatch(/^k0 +not configured +4 +1 +0 +3$/m);
    expect(out).toMatch(/^k2 +current +996 +0 +0 +0$/m);
  });
});

describe("ladderlock viewers forget", () => {
  it("repeats its request until the log names the viewer no more", async () => {
    const pages = [ok({ forgotten: 500, finished: false }), ok({ forgotten: 3, finished: true })];
    const { code, out, requests } = await typed("viewers forget site:42", pages);
    expect(code).toBe(0);
    expect(requests).toEqual(Array(2).fill(`POST /admin/viewers/forget {"viewer":"site:42"}`));
    expect(out).toMatch(/^The viewer was removed from 503 events\. /);
  });

  it("stops where the Worker refuses, with its reason", async () => {
    const refusal = { type: "about:blank", title: "Not allowed", status: 403, code: "not-allowed" };
    const { code, err } = await typed("viewers forget site:42", [{ status: 403, body: refusal }]);
    expect([code, err]).toEqual([1, expect.stringContaining("403: Not allowed")]);
  });
});
