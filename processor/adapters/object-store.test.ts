import { describe, expect, it } from "vitest";
import { ObjectMissingError, ObjectStoreError } from "./object-store.ts";
import { startS3Server } from "./s3-server.fixture.ts";

const signal = new AbortController().signal;
const SEGMENT = { contentType: "video/mp2t", cacheControl: "public, max-age=31536000, immutable" };

describe("the object store", () => {
  it("stores bytes with their headers, and returns them", async () => {
    await using s3 = await startS3Server();
    const store = s3.store("playback");
    await store.putBytes("été/1/seg_00001.ts", new Uint8Array([1, 2, 3]), SEGMENT, signal);
    expect(s3.objects.get("playback/été/1/seg_00001.ts")).toEqual({ body: Buffer.from([1, 2, 3]), ...SEGMENT });
    expect([...(await store.getBytes("été/1/seg_00001.ts", signal))]).toEqual([1, 2, 3]);
  });

  it("lists a prefix over all its pages, and only that prefix", async () => {
    await using s3 = await startS3Server();
    for (const name of ["a/1", "a/2", "a/3", "a/4", "a/5", "a/6", "a/7", "ab/1"]) {
      s3.objects.set(`source/${name}`, { body: Buffer.from(name) });
    }
    const listed = await s3.store("source").list("a/", signal);
    expect(listed.map(({ key }) => key)).toEqual(["a/1", "a/2", "a/3", "a/4", "a/5", "a/6", "a/7"]);
    expect(listed[0]?.size).toBe(3);
  });

  it("distinguishes a missing object from a failure of the store", async () => {
    await using s3 = await startS3Server();
    const store = s3.store("source");
    await expect(store.getBytes("nothing", signal)).rejects.toThrow(ObjectMissingError);
    s3.objects.set("source/half", { body: Buffer.alloc(1000) });
    s3.cuts = 10;
    await expect(store.getBytes("half", signal)).rejects.toThrow(
      new ObjectStoreError("The object store could not read."),
    );
  });

  it("requests a body again that broke", async () => {
    await using s3 = await startS3Server();
    s3.objects.set("source/half", { body: Buffer.alloc(1000, 7) });
    s3.cuts = 2;
    expect((await s3.store("source").getBytes("half", signal)).length).toBe(1000);
  });

  it("throws the abort, not a fault of the store, when it is aborted", async () => {
    await using s3 = await startS3Server();
    const controller = new AbortController();
    controller.abort(new Error("stopped"));
    await expect(s3.store("source").getBytes("a", controller.signal)).rejects.toThrow("stopped");
    expect(s3.requests).toEqual([]);
  });
});
