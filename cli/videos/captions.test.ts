import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { EXIT } from "../../processor/cli/exit-codes.ts";
import { againstService } from "./answering-service.fixture.ts";
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

const run = (command: CaptionsCommand, status = 200, body: unknown = LISTED) =>
  againstService({ status, body }, (client, output) => captions(command, { json: false }, client, output));

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

it("replaces a text by a file, whatever its encoding", async () => {
  const file = join(folder, "c.srt");
  await writeFile(file, "text");
  const replaced = { verb: "replace", ...PART, captionId: "c1", file, charset: null } as const;
  const { code, requests } = await run(replaced);
  expect(code).toBe(EXIT.ok);
  const line = "PUT /api/v2/video-posts/p1/parts/0/captions/c1/text";
  expect(requests).toEqual([{ line, type: "text/vtt", bytes: Buffer.from("text") }]);
});

it("orders captions, and shows why an order is refused", async () => {
  const command = { verb: "order", ...PART, captionIds: ["c2", "c1"] } as const;
  const { requests } = await run(command);
  expect(requests.map(({ line, bytes }) => [line, JSON.parse(bytes.toString())])).toEqual([
    ["PUT /api/v2/video-posts/p1/parts/0/caption-order", { captionIds: ["c2", "c1"] }],
  ]);
  const detail = "captionIds: name each of the part's captions once: c1";
  const refused = await run(command, 422, { title: "Invalid request", status: 422, code: "invalid", detail });
  expect([refused.code, refused.err]).toEqual([EXIT.failed, expect.stringContaining(detail)]);
});

it("changes what is named, and asks for a change where nothing is", async () => {
  const changes = { name: "SDH", default: false };
  const { requests } = await run({ verb: "change", ...PART, captionId: "c1", changes });
  expect(requests.map(({ line, bytes }) => [line, JSON.parse(bytes.toString())])).toEqual([
    ["PATCH /api/v2/video-posts/p1/parts/0/captions/c1", changes],
  ]);
  const nothing = await run({ verb: "change", ...PART, captionId: "c1", changes: {} });
  expect([nothing.code, nothing.requests]).toEqual([EXIT.usage, []]);
  expect(nothing.err).toContain("--no-default");
});
