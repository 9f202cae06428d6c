import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createOperatorClient } from "../../processor/adapters/operator-client.ts";
import { EXIT } from "../../processor/cli/exit-codes.ts";
import { type CaptionsCommand, captions } from "./captions.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "captions-"));
});
afterAll(() => rm(folder, { recursive: true }));

const PART = { videoPostId: "p1", fileIndex: 0 };
const LISTED = {
  ...PART,
  version: 3,
  captions: [
    {
      ...{ captionId: "c1", origin: "UPLOADED", language: "de", name: "Deutsch", default: true, forced: true },
      ...{ characteristics: [], cues: 2, bytes: 90, createdAt: 1, textChangedAt: 1 },
    },
  ],
};

/** What the command prints against a service that answers so, and what the service received. */
async function run(command: CaptionsCommand, status = 200, body: unknown = LISTED) {
  const requests: { line: string; type: string | undefined; bytes: Buffer }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method, url, headers } = request;
    requests.push({ line: `${method} ${url}`, type: headers["content-type"], bytes: Buffer.concat(chunks) });
    const type = status < 400 ? "application/json" : "application/problem+json";
    response.writeHead(status, { "content-type": type }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const serviceUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const printed = { out: "", err: "" };
  const output = {
    out: (text: string) => {
      printed.out += text;
    },
    err: (text: string) => {
      printed.err += text;
    },
  };
  const client = createOperatorClient({ serviceUrl, adminApiKey: "the-key" });
  const code = await captions(command, { json: false }, client, output);
  server.close();
  return { code, requests, ...printed };
}

const added = (file: string): CaptionsCommand => ({
  verb: "add",
  ...PART,
  file,
  language: "de",
  name: "Deutsch",
  isDefault: true,
  forced: false,
  charset: "iso-8859-1",
});

it("sends a file as it is, with the charset that was declared, and lists what there is", async () => {
  const file = join(folder, "a.srt");
  const bytes = Buffer.from([0x31, 0x0a, 0xfc]);
  await writeFile(file, bytes);
  const { code, requests, out } = await run(added(file), 201, { ...LISTED, captionId: "c1" });
  expect(code).toBe(EXIT.ok);
  expect(requests).toEqual([
    {
      line: "POST /api/v2/video-posts/p1/parts/0/captions?language=de&name=Deutsch&default=true",
      type: "text/vtt; charset=iso-8859-1",
      bytes,
    },
  ]);
  expect(out).toMatch(/c1 +de +Deutsch +2 +upload +default forced/);
});

it("reports a file that is not there, and the line that the service refuses", async () => {
  const missing = await run(added(join(folder, "none.srt")));
  expect([missing.code, missing.requests]).toEqual([EXIT.usage, []]);
  expect(missing.err).toContain("none.srt cannot be read");
  const file = join(folder, "b.srt");
  await writeFile(file, "nonsense");
  const problem = { type: "about:blank", title: "Invalid request", status: 422, code: "invalid", detail: "line 2" };
  const refused = await run(added(file), 422, problem);
  expect(refused.code).not.toBe(EXIT.ok);
  expect(refused.err).toContain("line 2");
});

it("deletes by the id", async () => {
  const { requests, out } = await run({ verb: "delete", ...PART, captionId: "c1" }, 200, { ...LISTED, captions: [] });
  expect(requests.map(({ line }) => line)).toEqual(["DELETE /api/v2/video-posts/p1/parts/0/captions/c1"]);
  expect(out).toBe("No captions.\n");
});
