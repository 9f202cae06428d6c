import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bodyOf } from "../../client/index.ts";
import { generateClip } from "../fixtures/media/generate-clip.ts";
import { decoded } from "./decoded.ts";
import { postgresServer } from "./postgres-database.ts";
import { type Part, type Stack, startStack } from "./stack.ts";

/* One film through the system on Postgres: `npm test` has it beside D1, `npm test -- --db=postgres` has all others. */

const FRAMES = 40;

let directory: string;
let stack: Stack;
let part: Part;

describe.skipIf(postgresServer() === "")("a film on Postgres", () => {
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "ladderlock-postgres-"));
    stack = await startStack({ database: "postgres" });
    const path = join(directory, "clip.mp4");
    await generateClip({ path, size: "320x180", frameRate: "10", seconds: FRAMES / 10, sound: true });
    part = await stack.ingest(path);
  });

  afterAll(async () => {
    await stack?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it("is uploaded, transcoded, encrypted and played, its processor polling the Worker", async () => {
    const { masterUrl } = await stack.token(part);
    expect((await decoded(stack.origin + masterUrl, "0:v:0")).frames).toBe(FRAMES);
    const jobs = await (await stack.database()).rows<{ kind: string; state: string }>("video_transcode_job");
    expect(jobs.map(({ kind, state }) => `${kind} ${state}`).sort()).toEqual([
      "ENCRYPT SUCCEEDED",
      "TRANSCODE SUCCEEDED",
    ]);
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
