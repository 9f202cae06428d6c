import { describe, expect, it } from "vitest";
import { database } from "../support/inspection.ts";
import { claim, report, transcodeReport } from "../support/published-post.ts";
import { testEnv } from "../support/test-env.ts";
import { administer } from "../support/viewing.ts";
import { startWorker } from "../support/worker.ts";

const worker = startWorker();

const TUS = { authorization: `Bearer ${testEnv.ADMIN_API_KEY}`, "tus-resumable": "1.0.0" };

/** The id of a complete upload of so many bytes. */
async function upload(bytes: number): Promise<string> {
  const headers = { ...TUS, "upload-length": String(bytes), "content-type": "application/offset+octet-stream" };
  const response = await worker.fetch("/api/v2/uploads", {
    method: "POST",
    headers: { ...headers, "content-length": String(bytes) },
    body: new Uint8Array(bytes),
  });
  if (response.status !== 201) throw new Error(await response.text());
  return response.headers.get("location")!.split("/").at(-1)!;
}

function create(uploadFileList: unknown, more: Record<string, unknown> = {}) {
  return administer(worker, "POST", "/api/v2/video-posts", {
    title: "A film",
    resourceType: "VIDEO",
    uploadFileList,
    ...more,
  });
}

type Part = {
  fileIndex: number;
  fileName: string;
  fileSize: number | null;
  durationSeconds: number;
  warnings: string[];
};
type Post = { title: string; durationSeconds: number; files: Part[] };

async function show(videoPostId: unknown): Promise<Post> {
  return (await administer(worker, "GET", `/api/v2/video-posts/${videoPostId}`, undefined)).body as unknown as Post;
}

/** Jobs of other tests that are due before are left with their claims. */
async function transcode(jobId: string): Promise<void> {
  let order = await claim(worker);
  while (order.jobId !== jobId) order = await claim(worker);
  await report(worker, order, "transcode-result", transcodeReport(["480p"]));
}

const fromUrl = (fileName: string, more = {}) => ({ sourceUrl: "https://origin.example/f.mp4", fileName, ...more });

describe("fileIndex of an uploadFileList", () => {
  it("orders the parts", async () => {
    const list = [fromUrl("second.mp4", { fileIndex: 1 }), fromUrl("first.mp4", { fileIndex: 0 })];
    const { status, body } = await create(list);
    expect(status).toBe(201);
    const { files } = await show(body.videoPostId);
    expect(files.map(({ fileIndex, fileName }) => [fileIndex, fileName])).toEqual([
      [0, "first.mp4"],
      [1, "second.mp4"],
    ]);
  });

  it.each([
    ["one entry only", [0, undefined]],
    ["the same number twice", [0, 0]],
    ["a gap", [0, 2]],
    ["a start above 0", [1, 2]],
  ])("is refused with %s", async (_, indexes) => {
    const { status, body } = await create(indexes.map((fileIndex) => fromUrl("f.mp4", { fileIndex })));
    expect([status, body.detail]).toEqual([
      422,
      "uploadFileList: fileIndex must be on no entry, or be each number from 0 to 1 once",
    ]);
  });
});

describe("fileSize of an uploadFileList", () => {
  it("is accepted where the upload has that size", async () => {
    const uploadId = await upload(10);
    const { status, body } = await create([{ uploadId, fileName: "f.mp4", fileSize: 10 }]);
    expect(status).toBe(201);
    expect((await show(body.videoPostId)).files[0]?.fileSize).toBe(10);
  });

  it("is refused where the upload has another size", async () => {
    const uploadId = await upload(10);
    const { status, body } = await create([{ uploadId, fileName: "f.mp4", fileSize: 11 }]);
    expect(status).toBe(422);
    expect(body.detail).toBe(`uploadFileList: upload ${uploadId} has 10 bytes, not 11; upload the file again`);
  });

  it("is refused beside a sourceUrl, whose size nobody knows yet", async () => {
    const { status, body } = await create([fromUrl("f.mp4", { fileSize: 10 })]);
    expect([status, body.detail]).toEqual([422, "uploadFileList.0.fileSize: belongs to an upload, not to a sourceUrl"]);
  });
});

describe("duration of an uploadFileList", () => {
  it.each([
    ["without a warning where it is right", 18.6, []],
    [
      "with a warning where the file is shorter",
      60,
      ["The file is 18.0 s long, but the uploader stated 60.0 s. Check that it is the right file."],
    ],
  ])("is shown until the file is measured, %s", async (_, duration, warnings) => {
    const { body } = await create([fromUrl("f.mp4", { duration })]);
    const stated = await show(body.videoPostId);
    expect([stated.durationSeconds, stated.files[0]?.durationSeconds]).toEqual([duration, duration]);
    await transcode((body.files as { jobId: string }[])[0]!.jobId);
    const measured = await show(body.videoPostId);
    expect(measured.durationSeconds).toBe(18);
    expect(measured.files[0]).toMatchObject({ durationSeconds: 18, warnings });
  });

  it.each([0, -1, "60", 1e9])("is refused as %j", async (duration) => {
    expect((await create([fromUrl("f.mp4", { duration })])).status).toBe(422);
  });
});

describe("a source of an uploadFileList", () => {
  it.each([
    ["both sources", { uploadId: "u", sourceUrl: "https://origin.example/f.mp4" }],
    ["no source", {}],
  ])("is refused with %s", async (_, file) => {
    const { status, body } = await create([{ fileName: "f.mp4", ...file }]);
    expect([status, body.detail]).toEqual([422, "uploadFileList.0.uploadId: give either an uploadId or a sourceUrl"]);
  });

  it("is refused where it is an empty upload of an earlier version", async () => {
    const uploadId = await upload(1);
    await database.change("upload_session", { size: 0, offset: 0 }, { upload_id: uploadId });
    const { status, body } = await create([{ uploadId, fileName: "f.mp4" }]);
    expect([status, body.detail]).toEqual([422, `uploadFileList: upload ${uploadId} is empty; upload the file again`]);
  });
});

describe("text of a post", () => {
  const unreadable = ["A\nfilm", "A\rfilm", "A\u0000film", "\u202emlif", "A \ud83d film"];

  it.each(unreadable)("is refused in a title: %j", async (title) => {
    const created = await create([fromUrl("f.mp4")], { title });
    expect(created.status).toBe(422);
    expect(created.body.detail).toBe("title: must be one line without control characters or direction overrides");
    const { body } = await create([fromUrl("f.mp4")]);
    const edited = await administer(worker, "PATCH", `/api/v2/video-posts/${body.videoPostId}`, { title });
    expect(edited.status).toBe(422);
    expect((await show(body.videoPostId)).title).toBe("A film");
  });

  it("is refused in a file name", async () => {
    expect((await create([fromUrl("a\r\nb.mp4")])).status).toBe(422);
  });

  it("may have several lines in a description", async () => {
    expect((await create([fromUrl("f.mp4")], { description: "One.\n\n\tTwo." })).status).toBe(201);
    expect((await create([fromUrl("f.mp4")], { description: "One.\u0000" })).status).toBe(422);
  });
});

describe("PATCH of a post", () => {
  it("refuses parts, and changes nothing then", async () => {
    const { body } = await create([fromUrl("f.mp4")]);
    const edit = { title: "Another", uploadFileList: [fromUrl("g.mp4")] };
    const edited = await administer(worker, "PATCH", `/api/v2/video-posts/${body.videoPostId}`, edit);
    expect([edited.status, edited.body.detail]).toEqual([422, "uploadFileList: unknown field"]);
    const { title, files } = await show(body.videoPostId);
    expect([title, files.length]).toEqual(["A film", 1]);
  });
});

describe("the list of posts", () => {
  const list = async (query: string) => administer(worker, "GET", `/api/v2/video-posts${query}`, undefined);
  const ids = (body: Record<string, unknown>) =>
    (body.items as { videoPostId: string }[]).map(({ videoPostId }) => videoPostId);

  it("is narrowed by status", async () => {
    const kept = (await create([fromUrl("f.mp4")])).body.videoPostId as string;
    const deleted = (await create([fromUrl("f.mp4")])).body.videoPostId as string;
    await worker.admin("DELETE", `/api/v2/video-posts/${deleted}`);
    expect(ids((await list("?status=TRANSCODING&limit=100")).body)).toContain(kept);
    expect(ids((await list("?status=PUBLISHED")).body)).not.toContain(kept);
    expect(ids((await list("?limit=100")).body)).not.toContain(deleted);
    expect(ids((await list("?status=DELETED")).body)).toContain(deleted);
  });

  it("comes in pages, by the cursor of the previous one and with the same filters", async () => {
    for (let n = 0; n < 3; n++) await create([fromUrl("f.mp4")]);
    const { items: all } = (await list("?slug=a-film&limit=100")).body as { items: { videoPostId: string }[] };
    for (const filter of ["slug=a-film", "titlePrefix=A%20F%C3%8DLM"]) {
      const seen: string[] = [];
      for (let cursor = ""; ; ) {
        const { body } = await list(`?${filter}&limit=2${cursor}`);
        seen.push(...ids(body));
        if (body.nextCursor === null) break;
        cursor = `&cursor=${body.nextCursor}`;
      }
      expect(seen.toSorted()).toEqual(all.map(({ videoPostId }) => videoPostId).toSorted());
    }
  });

  it("refuses the cursor of a list in another order", async () => {
    for (let n = 0; n < 2; n++) await create([fromUrl("f.mp4")]);
    const cursorOf = async (query: string) => (await list(`?limit=1${query}`)).body.nextCursor;
    for (const [of, to] of [
      ["", "&titlePrefix=a"],
      ["&titlePrefix=a", ""],
    ] as const) {
      const { status, body } = await list(`?limit=1${to}&cursor=${await cursorOf(of)}`);
      expect([status, body.detail]).toEqual([422, expect.stringContaining("cursor: is not valid")]);
    }
  });

  it("refuses the cursor of a list with another title prefix", async () => {
    for (let n = 0; n < 2; n++) await create([fromUrl("f.mp4")]);
    const { nextCursor } = (await list("?limit=1&titlePrefix=a")).body;
    expect((await list(`?limit=1&titlePrefix=a%20f&cursor=${nextCursor}`)).status).toBe(200);
    const { status, body } = await list(`?limit=1&titlePrefix=b&cursor=${nextCursor}`);
    expect([status, body.detail]).toEqual([422, expect.stringContaining("cursor: is not valid")]);
  });

  it.each([
    ...["?status=published", "?status=", "?status=DRAFT&status=PUBLISHED", "?author=me", "?authorId=", "?limit=0"],
    ...["?limit=101", "?limit=x", "?cursor=", "?cursor=abc", "?titlePrefix=!", "?resourceType=FILM"],
    ...["?createdFrom=yesterday", "?createdFrom=2026-11-26T00:00:00Z&createdBefore=2026-11-26T00:00:00Z"],
  ])("refuses %s", async (query) => {
    expect((await list(query)).status).toBe(422);
  });
});
