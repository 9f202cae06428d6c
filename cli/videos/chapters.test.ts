import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { EXIT } from "../../processor/cli/exit-codes.ts";
import { againstService } from "./answering-service.fixture.ts";
import { type ChaptersCommand, chapters } from "./chapters.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "chapters-"));
});
afterAll(() => rm(folder, { recursive: true }));

const PART = { videoPostId: "p1", fileIndex: 1 };
const ITEMS = [
  { startSeconds: 0, title: "Start" },
  { startSeconds: 3723.5, title: "The lock" },
];
const NONE = { ...PART, version: 3, origin: null, chapters: [] };

const run = (command: ChaptersCommand, status = 200, body: unknown = { ...NONE, origin: "SET", chapters: ITEMS }) =>
  againstService({ status, body }, (client, output) => chapters(command, { json: false }, client, output));

it("shows chapters with their times", async () => {
  const { requests, out } = await run({ verb: "show", ...PART });
  expect(requests.map(({ line }) => line)).toEqual(["GET /api/v2/video-posts/p1/parts/1/chapters"]);
  expect(out).toBe("      START  CHAPTER\n0:00:00.000  Start\n1:02:03.500  The lock\nFrom an editor.\n");
});

it.each([
  ["a.vtt", null, "text/vtt"],
  ["a.json", "windows-1252", "application/json; charset=windows-1252"],
] as const)("sets them from %s", async (name, charset, type) => {
  const file = join(folder, name);
  await writeFile(file, "text");
  const { code, requests } = await run({ verb: "set", ...PART, file, charset });
  expect(code).toBe(EXIT.ok);
  const line = "PUT /api/v2/video-posts/p1/parts/1/chapters";
  expect(requests).toEqual([{ line, type, bytes: Buffer.from("text") }]);
});

it("reports a file that is not there, and what the service refuses", async () => {
  const file = join(folder, "none.vtt");
  const missing = await run({ verb: "set", ...PART, file, charset: null });
  expect([missing.code, missing.requests, missing.err]).toEqual([EXIT.usage, [], `${file} cannot be read\n`]);
  await writeFile(file, "text");
  const problem = { title: "Invalid request", status: 422, code: "invalid", detail: "line 1 of the file: no header" };
  const refused = await run({ verb: "set", ...PART, file, charset: null }, 422, problem);
  expect([refused.code, refused.err]).toEqual([EXIT.failed, expect.stringContaining("no header")]);
});

it("deletes them", async () => {
  const { requests, out } = await run({ verb: "delete", ...PART }, 200, NONE);
  expect(requests.map(({ line }) => line)).toEqual(["DELETE /api/v2/video-posts/p1/parts/1/chapters"]);
  expect(out).toBe("No chapters.\n");
});
