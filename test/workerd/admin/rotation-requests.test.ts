import { beforeEach, describe, expect, it } from "vitest";
import { ROTATIONS, type RotationTest, rotationTest } from "../support/rotation-test.ts";
import { administer } from "../support/viewing.ts";
import { startWorker } from "../support/worker.ts";

const worker = startWorker();
let rotation: RotationTest;
beforeEach(async () => {
  rotation = await rotationTest(worker);
});

describe("what makes no sense", () => {
  it.each<[string, unknown, number]>([
    ["no selection", {}, 422],
    ["an empty selection", { selection: {} }, 422],
    ["everything and something", { selection: { everything: true, authorId: "a" } }, 422],
    ["everything: false", { selection: { everything: false } }, 422],
    ["a part of no post", { selection: { fileIndex: 0 } }, 422],
    ["chosen parts beside a post", { selection: { videoPostId: "a", parts: [{ videoPostId: "b" }] } }, 422],
    ["no chosen part", { selection: { parts: [] } }, 422],
    ["too many chosen parts", { selection: { parts: Array(101).fill({ videoPostId: "a" }) } }, 422],
    ["a part that no database can number", { selection: { videoPostId: "a", fileIndex: 3_000_000_000 } }, 422],
    [
      "a chosen part that no database can number",
      { selection: { parts: [{ videoPostId: "a", fileIndex: 3e9 }] } },
      422,
    ],
    ["a key version that no database can number", { selection: { keyVersionBelow: 3_000_000_000 } }, 422],
    ["a chosen part without a post", { selection: { parts: [{ fileIndex: 0 }] } }, 422],
    ["a chosen post that is not there", { selection: { parts: [{ videoPostId: "nobody" }] } }, 404],
    ["a misspelt filter", { selection: { authorID: "a" } }, 422],
    ["a time that is none", { selection: { createdFrom: "yesterday" } }, 422],
    ["a status that posts do not have", { selection: { status: "DELETED" } }, 422],
    ["no part at a time", { selection: { everything: true }, maxInFlight: 0 }, 422],
    ["far too many at a time", { selection: { everything: true }, maxInFlight: 51 }, 422],
    ["a grace before now", { selection: { everything: true }, graceSeconds: -1 }, 422],
    ["a grace of years", { selection: { everything: true }, graceSeconds: 1e9 }, 422],
    ["a cursor without a dry run", { selection: { everything: true }, cursor: "a:0" }, 422],
    ["a cursor that is none", { selection: { everything: true }, dryRun: true, cursor: "'; DROP" }, 422],
    ["a post that is not there", { selection: { videoPostId: "nobody" } }, 404],
  ])("is refused: %s", async (_, body, status) => {
    expect((await administer(worker, "POST", ROTATIONS, body)).status).toBe(status);
    expect((await administer(worker, "GET", ROTATIONS, undefined)).body.rotations).toEqual([]);
  });

  it("is refused: parts and posts that are not there, batches that are not there, and queries", async () => {
    const [post] = await rotation.publish(1);
    const { videoPostId } = post!;
    expect((await rotation.ask({ selection: { videoPostId, fileIndex: 7 } })).status).toBe(404);
    const seventh = { selection: { parts: [{ videoPostId }, { videoPostId, fileIndex: 7 }] } };
    const refusal = (await administer(worker, "POST", ROTATIONS, seventh)) as {
      status: number;
      body: { detail: string };
    };
    expect([refusal.status, refusal.body.detail]).toEqual([404, `there is no part 7 of post ${videoPostId}`]);
    const many = { selection: { parts: Array(100).fill({ videoPostId, fileIndex: 0 }) }, dryRun: true };
    expect((await rotation.ask(many)).status).toBe(200);
    await worker.settled();
    const { events } = (await administer(worker, "GET", "/admin/audit?limit=1", undefined)).body as {
      events: { details: { selection: { parts: string } } }[];
    };
    expect(events[0]!.details.selection.parts.split(" ")).toEqual(Array(100).fill(`${videoPostId}/0`));
    await worker.admin("DELETE", `/api/v2/video-posts/${videoPostId}`);
    expect((await rotation.ask({ selection: { videoPostId } })).status).toBe(410);
    expect((await rotation.ask({ selection: { parts: [{ videoPostId }] } })).status).toBe(410);
    for (const path of ["", "/items"]) {
      expect((await worker.admin("GET", `${ROTATIONS}/nobody${path}`)).status).toBe(404);
    }
    for (const verb of ["pause", "resume", "cancel", "retry-failed"]) {
      expect((await worker.admin("POST", `${ROTATIONS}/nobody/${verb}`)).status).toBe(404);
    }
    const { body } = await administer(worker, "POST", ROTATIONS, { selection: { authorId: "nobody at all" } });
    expect(body).toMatchObject({ state: "DONE", progress: { total: 0, percent: 100, secondsLeft: 0 } });
    const queries = ["state=BROKEN", "limit=0", "limit=501", "limit=x", "cursor=x", "format=xml", "colour=red"];
    for (const query of [...queries, "format=csv&cursor=a:0"]) {
      expect((await worker.admin("GET", `${ROTATIONS}/${body.batchId}/items?${query}`)).status, query).toBe(422);
    }
    expect((await worker.admin("GET", `${ROTATIONS}?cursor=x`)).status).toBe(422);
  });
});
