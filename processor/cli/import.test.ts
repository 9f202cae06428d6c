import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startS3Server } from "../adapters/s3-server.fixture.ts";
import type { ImportConfig } from "../config/import-config.ts";
import { KEY, writeContent } from "../imports/imported-content.fixture.ts";
import { importContent } from "./import.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "import-cli-"));
  await writeContent(folder, "720p");
});
afterEach(() => rm(folder, { recursive: true }));

type Answer = { status: number; body: unknown };
type Worker = AsyncDisposable & { url: string; calls: { method: string; path: string; body: unknown }[] };

/** A Worker that has an answer for each method. */
async function startWorker(answers: { GET: Answer; POST: Answer }): Promise<Worker> {
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const method = request.method === "POST" ? "POST" : "GET";
    worker.calls.push({ method, path: request.url ?? "", body: body === "" ? null : JSON.parse(body) });
    const answer = answers[method];
    const type = answer.status < 400 ? "application/json" : "application/problem+json";
    response.writeHead(answer.status, { "content-type": type }).end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const worker: Worker = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: [],
    [Symbol.asyncDispose]: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return worker;
}

const MADE = { importId: "film", videoPostId: "p1", status: "PUBLISHED" };
const NO = { status: 404, body: { title: "Not found", code: "not-found" } };
const refusal = (status: number) => ({ status, body: { title: "No", code: "wrong-state", detail: "because" } });

async function run(
  answers: { GET: Answer; POST: Answer },
  more: { manifest?: string; json?: boolean; stop?: AbortSignal } = {},
) {
  await using worker = await startWorker(answers);
  await using s3 = await startS3Server();
  const manifestPath = join(folder, "manifest.json");
  const parts = [{ key: KEY.toString("hex"), qualities: { "720p": "720p.m3u8" } }];
  const manifest = more.manifest ?? JSON.stringify({ importId: "film", title: "A film", authorId: "42", parts });
  await writeFile(manifestPath, manifest);
  const printed = { out: "", err: "", progress: "" };
  const printTo = (where: keyof typeof printed) => (shown: string) => {
    printed[where] += shown;
  };
  const config: ImportConfig = {
    ...{ serviceUrl: worker.url, adminApiKey: "a".repeat(32), sourceBucket: "source", sourceAllowHosts: new Set() },
    objectStore: { endpoint: s3.endpoint, region: "auto", accessKeyId: "id", secretAccessKey: "secret" },
    ...{ uploadConcurrency: 2, stopSeconds: 20 },
  };
  const code = await importContent(
    config,
    { manifestPath, dryRun: false, json: more.json ?? false },
    { out: printTo("out"), err: printTo("err"), progress: { write: printTo("progress") } },
    more.stop ?? new AbortController().signal,
  );
  return { code, ...printed, calls: worker.calls, objects: [...s3.objects.keys()] };
}

describe("ladderlock import", () => {
  it("stores the content, then creates the post and names it", async () => {
    const { code, out, progress, calls, objects } = await run({ GET: NO, POST: { status: 201, body: MADE } });
    expect([code, out]).toEqual([0, expect.stringMatching(/^Imported as post p1 \(PUBLISHED\)\. /)]);
    expect(progress).toContain("100 %  3 of 3 segments stored\n");
    expect(objects).toHaveLength(4);
    expect(calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "GET /admin/video/imports/film",
      "POST /admin/video/imports",
    ]);
    expect(calls[1]?.body).toMatchObject({
      ...{ importId: "film", title: "A film", authorId: "42", access: "POLICY", autoPublish: false },
      parts: [{ fileName: "720p.m3u8", key: KEY.toString("base64"), qualities: ["720p"] }],
    });
  });

  it("does nothing for what was imported before, and requires another id where that was deleted", async () => {
    const before = await run({ GET: { status: 200, body: MADE }, POST: NO });
    expect([before.code, before.objects, before.calls.length]).toEqual([0, [], 1]);
    expect(before.out).toBe("Already imported as post p1 (PUBLISHED). Nothing was changed.\n");
    const deleted = await run({ GET: { status: 200, body: { ...MADE, status: "DELETED" } }, POST: NO }, { json: true });
    expect(JSON.parse(deleted.out)).toEqual({ kind: "was-imported", post: { ...MADE, status: "DELETED" } });
  });

  it("derives an id from the manifest's text where it has none", async () => {
    const parts = [{ key: KEY.toString("hex"), qualities: { "720p": "720p.m3u8" } }];
    const manifest = JSON.stringify({ title: "A film", parts });
    const answers = { GET: NO, POST: { status: 201, body: MADE } };
    const [first, second] = [await run(answers, { manifest }), await run(answers, { manifest })];
    expect(first.calls[0]?.path).toMatch(/^\/admin\/video\/imports\/sha256-[0-9a-f]{64}$/);
    expect(second.calls[0]?.path).toBe(first.calls[0]?.path);
    expect((await run(answers, { manifest: `${manifest}\n` })).calls[0]?.path).not.toBe(first.calls[0]?.path);
  });

  it.each([
    ["65 where the Worker refuses the import", { GET: NO, POST: refusal(409) }, 65, /answered 409: No: because/],
    ["78 where its key is not good", { GET: refusal(401), POST: NO }, 78, /Is the API key one of this Worker\?/],
    ["78 where its key has not the scope", { GET: NO, POST: refusal(403) }, 78, /answered 403/],
    ["75 where the Worker fails", { GET: NO, POST: refusal(503) }, 75, /Run the command again to resume\./],
  ])("ends with %s", async (_, answers, code, said) => {
    expect(await run(answers)).toMatchObject({ code, err: expect.stringMatching(said), out: "" });
  });

  it("ends with 65 for a wrong manifest, with every problem on a line, before any request", async () => {
    const wrong = await run({ GET: NO, POST: NO }, { manifest: '{"title": "", "parts": []}' });
    expect([wrong.code, wrong.calls]).toEqual([65, []]);
    expect(wrong.err.match(/^ {2}.*manifest\.json: (title|parts): /gm)).toHaveLength(2);
  });

  it("ends with 75 when it is stopped", async () => {
    const stop = AbortSignal.abort(new Error("the processor stops: SIGTERM"));
    const { code, err } = await run({ GET: NO, POST: NO }, { stop });
    expect([code, err]).toEqual([75, "Stopped. Run the command again to resume.\n"]);
  });

  it("never shows a key", async () => {
    const { out, err, progress } = await run({ GET: NO, POST: refusal(409) });
    for (const shown of [out, err, progress]) {
      expect(shown).not.toContain(KEY.toString("hex"));
      expect(shown).not.toContain(KEY.toString("base64"));
    }
  });
});
