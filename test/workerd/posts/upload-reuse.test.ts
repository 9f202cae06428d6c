import { beforeEach, describe, expect, it } from "vitest";
import { secretId } from "../../../shared/lib/random-id.ts";
import { faultyDatabase } from "../support/faulty-database.ts";
import { database } from "../support/inspection.ts";
import { emptyQueue } from "../support/one-job.ts";
import { testEnv } from "../support/test-env.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

/* One upload makes one part: whatever happens to other posts, its source is there when its turn comes. */

let worker: TestWorker;

beforeEach(async () => {
  worker = startWorker();
  await emptyQueue();
});

async function completeUpload(): Promise<string> {
  const uploadId = secretId();
  const prefix = `uploads/${uploadId}/`;
  await database.insert("upload_session", {
    ...{ upload_id: uploadId, owner: "api-key:admin", size: 4, offset: 4, temp_path: prefix, state: "COMPLETE" },
    ...{ metadata: "{}", expires_at: Date.now() + 3600_000, created_at: 1 },
  });
  await testEnv.SOURCE.put(`${prefix}000000000000000`, "clip");
  return uploadId;
}

function create(uploadIds: readonly string[], by: TestWorker = worker): Promise<Response> {
  const uploadFileList = uploadIds.map((uploadId, n) => ({ uploadId, fileName: `part-${n}.mp4` }));
  const post = { title: "A film", resourceType: "VIDEO", uploadFileList };
  return by.admin("POST", "/api/v2/video-posts", post);
}

const partsOf = (uploadId: string) => database.count("video_file_post", { upload_id: uploadId });

async function stored(uploadId: string): Promise<number> {
  return (await testEnv.SOURCE.list({ prefix: `uploads/${uploadId}/` })).objects.length;
}

describe("an upload", () => {
  it("makes one part of one post for any number of concurrent requests", async () => {
    const uploadId = await completeUpload();
    const responses = await Promise.all(Array.from({ length: 24 }, () => create([uploadId])));
    const statuses = responses.map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([201, ...Array(23).fill(409)]);
    const refused = (await responses.find(({ status }) => status === 409)!.json()) as Record<string, unknown>;
    expect(refused).toMatchObject({ code: "wrong-state", detail: expect.stringContaining("already used by a post") });
    expect(await partsOf(uploadId)).toBe(1);
  });

  it("makes no second part by a create that looked before the first was saved", async () => {
    const uploadId = await completeUpload();
    const { posts } = worker.context;
    const looked: TestWorker = startWorker();
    const save = posts.save.bind(posts);
    Object.assign(looked.context.posts, {
      save: async (...args: Parameters<typeof save>) => {
        expect((await create([uploadId])).status).toBe(201);
        return save(...args);
      },
    });
    const body = { title: "Late", resourceType: "VIDEO", uploadFileList: [{ uploadId, fileName: "late.mp4" }] };
    expect((await looked.admin("POST", "/api/v2/video-posts", body)).status).toBe(409);
    expect(await partsOf(uploadId)).toBe(1);
  });

  it("costs no further round trip beside others: 40 are read as one is", async () => {
    const { bindings, trips, reset } = faultyDatabase();
    const counted = startWorker(bindings);
    const tripsFor = async (count: number) => {
      const uploadIds = await Promise.all(Array.from({ length: count }, completeUpload));
      reset();
      expect((await create(uploadIds, counted)).status).toBe(201);
      await counted.settled();
      return trips();
    };
    const one = await tripsFor(1);
    // With the delivery of the post's events.
    expect(one).toBeLessThanOrEqual(10);
    expect(await tripsFor(40)).toBe(one);
  });

  it("is refused with its id where it is missing or another caller's", async () => {
    const [mine, missing, theirs] = [await completeUpload(), secretId(), await completeUpload()];
    await database.change("upload_session", { owner: "api-key:other" }, { upload_id: theirs });
    for (const wrong of [missing, theirs]) {
      const refused = await create([mine, wrong]);
      expect(refused.status).toBe(422);
      expect(await refused.json()).toMatchObject({ detail: `uploadFileList: unknown upload ${wrong}` });
    }
    expect((await create([mine])).status).toBe(201);
  });

  it("stands once in one list", async () => {
    const [first, second] = [await completeUpload(), await completeUpload()];
    const refused = await create([first, second, first]);
    expect(refused.status).toBe(422);
    expect(((await refused.json()) as { detail: string }).detail).toContain(first);
    expect(await partsOf(first)).toBe(0);
    expect((await create([first, second])).status).toBe(201);
  });

  it("is deleted with its post, and with no other", async () => {
    const [mine, theirs] = [await completeUpload(), await completeUpload()];
    const { videoPostId } = (await (await create([mine])).json()) as { videoPostId: string };
    expect((await create([theirs])).status).toBe(201);
    expect((await worker.admin("DELETE", `/api/v2/video-posts/${videoPostId}`)).status).toBe(200);
    await worker.settled();
    await expect.poll(() => stored(mine)).toBe(0);
    expect(await stored(theirs)).toBe(1);
    expect((await create([mine])).status).toBe(422);
  });
});
