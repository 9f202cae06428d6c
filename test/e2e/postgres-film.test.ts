import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bodyOf } from "../../client/index.ts";
import { generateClip } from "../fixtures/media/generate-clip.ts";
import { decoded } from "./decoded.ts";
import { postgresServer } from "./postgres-database.ts";
import { type ProcessorProcess, SOURCE, startProcessor } from "./processor-process.ts";
import { type Part, type Stack, startStack } from "./stack.ts";

/*
 * One film through the system on Postgres: `npm test` has it beside D1, `npm test -- --db=postgres` has all others. The
 * steps follow each other.
 */

const FRAMES = 40;
const LISTENS = "listening for jobs";

let directory: string;
let stack: Stack;
let processor: ProcessorProcess;
let part: Part;

describe.skipIf(postgresServer() === "")("a film on Postgres", () => {
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "ladderlock-postgres-"));
    stack = await startStack({ database: "postgres", processor: false });
    processor = await startProcessor(stack, {}, ["serve"], SOURCE);
    const path = join(directory, "clip.mp4");
    await generateClip({ path, size: "320x180", frameRate: "10", seconds: FRAMES / 10, sound: true });
    part = await stack.ingest(path);
  });

  afterAll(async () => {
    await processor?.stop();
    await stack?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it("is uploaded, transcoded, encrypted and played, its processor working in the database", async () => {
    const { masterUrl } = await stack.token(part);
    expect((await decoded(stack.origin + masterUrl, "0:v:0")).frames).toBe(FRAMES);
    expect(await jobs()).toEqual(["ENCRYPT SUCCEEDED", "TRANSCODE SUCCEEDED"]);
    expect(await processor.log()).toContain(LISTENS);
  });

  it("is rotated by a processor that polls the Worker", async () => {
    await processor.stop();
    processor = await startProcessor({ origin: stack.origin, databaseUrl: null }, {}, ["serve"], SOURCE);
    bodyOf(await stack.client.rotateKeys({ body: part }));
    const keyVersion = async () =>
      bodyOf(await stack.client.getVideoPost({ params: part })).files[part.fileIndex]?.keyVersion;
    await expect.poll(keyVersion).toBe(2);
    expect(await jobs()).toEqual(["ENCRYPT SUCCEEDED", "ENCRYPT SUCCEEDED", "TRANSCODE SUCCEEDED"]);
    expect(await processor.log()).not.toContain(LISTENS);
    const { masterUrl } = await stack.token(part);
    expect((await decoded(stack.origin + masterUrl, "0:v:0")).frames).toBe(FRAMES);
  });

  it("stops playing when its part is revoked, through the feed that isolates read", async () => {
    const { masterUrl } = await stack.token(part);
    const play = () =>
      decoded(stack.origin + masterUrl, "0:v:0").then(
        () => "plays",
        () => "refused",
      );
    expect(await play()).toBe("plays");
    bodyOf(await stack.client.revoke({ body: part }));
    await expect.poll(play, { interval: 1000 }).toBe("refused");
  });
});

async function jobs(): Promise<string[]> {
  const rows = await (await stack.database()).rows<{ kind: string; state: string }>("video_transcode_job");
  return rows.map(({ kind, state }) => `${kind} ${state}`).sort();
}
