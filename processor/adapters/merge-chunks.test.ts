import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mergeChunks, planChunks } from "./merge-chunks.ts";
import { startS3Server } from "./s3-server.fixture.ts";

const PREFIX = "uploads/u1/";
const chunk = (offset: number, size: number) => ({ key: `${PREFIX}${String(offset).padStart(15, "0")}`, size });

describe("the chunks of an upload", () => {
  it("are put in the order of their offsets", () => {
    const plan = planChunks(PREFIX, 30, [chunk(20, 10), chunk(0, 15), chunk(15, 5)]);
    expect(plan.kind === "planned" && plan.chunks.map(({ offset }) => offset)).toEqual([0, 15, 20]);
  });

  it.each([
    ["a gap", [chunk(0, 10), chunk(15, 15)], "The upload has a gap or an overlap at byte 10. Upload it again."],
    ["an overlap", [chunk(0, 10), chunk(5, 25)], "The upload has a gap or an overlap at byte 10. Upload it again."],
    ["no beginning", [chunk(10, 20)], "The upload has a gap or an overlap at byte 0. Upload it again."],
    ["too little", [chunk(0, 10)], "The upload holds 10 bytes instead of 30. Upload it again."],
    ["too much", [chunk(0, 40)], "The upload holds 40 bytes instead of 30. Upload it again."],
    ["nothing", [], "The upload holds 0 bytes instead of 30. Upload it again."],
    [
      "something else",
      [{ key: `${PREFIX}readme`, size: 30 }],
      "The upload holds an object that is not one of its parts. Upload it again.",
    ],
  ])("are refused with %s", (_name, objects, reason) => {
    expect(planChunks(PREFIX, 30, objects)).toEqual({
      kind: "refused",
      code: objects.length === 0 ? "upload-gone" : "upload-damaged",
      reason,
    });
  });
});

describe("merging an upload", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "merge-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const whole = Buffer.from(Array.from({ length: 50_000 }, (_, index) => (index * 31) % 253));

  async function merge(cuts: number, sha256: string | null = null) {
    await using s3 = await startS3Server();
    for (let offset = 0; offset < whole.length; offset += 7_000) {
      const { key } = chunk(offset, 0);
      s3.objects.set(`source/${key}`, { body: whole.subarray(offset, offset + 7_000) });
    }
    s3.objects.set("source/uploads/u10/000000000000000", { body: Buffer.from("of another upload") });
    s3.cuts = cuts;
    const told: number[] = [];
    const destination = join(folder, "source");
    const outcome = await mergeChunks({
      ...{ store: s3.store("source"), prefix: PREFIX, size: whole.length, sha256, destination },
      ...{ signal: new AbortController().signal, onProgress: (bytes: number) => told.push(bytes) },
    });
    return { outcome, told, file: await readFile(destination) };
  }

  it("makes one file, over several pages of the list", async () => {
    const { outcome, told, file } = await merge(0);
    expect(outcome).toEqual({ kind: "fetched", bytes: whole.length });
    expect(file.equals(whole)).toBe(true);
    expect(told.at(-1)).toBe(whole.length);
  });

  it("makes the same file a second time, over what a first attempt left", async () => {
    await writeFile(join(folder, "source"), Buffer.alloc(80_000, 7));
    const first = await merge(1);
    const second = await merge(0);
    expect([first.file.equals(whole), second.file.equals(whole)]).toEqual([true, true]);
  });

  it("compares the file with the hash that the client sent, if any", async () => {
    const right = createHash("sha256").update(whole).digest("hex");
    expect((await merge(0, right)).outcome).toEqual({ kind: "fetched", bytes: whole.length });
    expect(
      (
        await merge(
          0,
          right.replace(/^./, (digit) => (digit === "0" ? "1" : "0")),
        )
      ).outcome,
    ).toEqual({
      kind: "refused",
      code: "upload-damaged",
      reason: "The upload is not what was sent: its SHA-256 differs. Upload it again.",
    });
  });

  it("requests the rest of a chunk whose stream broke", async () => {
    const { outcome, file } = await merge(2);
    expect(outcome.kind).toBe("fetched");
    expect(file.equals(whole)).toBe(true);
  });

  it("requests the rest of a large object however often its stream breaks", async () => {
    await using s3 = await startS3Server();
    const object = Buffer.alloc(32 * 2 ** 20, "large");
    s3.objects.set(`source/${chunk(0, 0).key}`, { body: object });
    s3.cuts = 3;
    const destination = join(folder, "source");
    const outcome = await mergeChunks({
      ...{ store: s3.store("source"), prefix: PREFIX, size: object.length, sha256: null, destination },
      ...{ signal: new AbortController().signal, onProgress: () => {} },
    });
    expect(outcome).toEqual({ kind: "fetched", bytes: object.length });
    expect((await readFile(destination)).equals(object)).toBe(true);
  });

  it("fails for now when a chunk breaks every time", async () => {
    await expect(merge(1000)).rejects.toThrow("A part of the upload could not be read.");
  });
});
