import { beforeEach, describe, expect, it } from "vitest";
import HTTP_API from "../../../docs/http-api.md?raw";
import { answersBySave } from "../../../edge/api/answer-of-save.ts";
import { DEFINITIONS } from "../../../edge/api/definitions/all.ts";
import entry from "../../../edge/index.ts";
import { DEFINED_ROUTES } from "../../../edge/routes/all.ts";
import { uuidV7 } from "../../../shared/lib/random-id.ts";
import { readAudit } from "../support/audited.ts";
import { hangs, waitsFor } from "../support/faults.ts";
import { database } from "../support/inspection.ts";
import { emptyQueue } from "../support/one-job.ts";
import { publishPost } from "../support/published-post.ts";
import { testEnv } from "../support/test-env.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

let worker: TestWorker;
let key: string;
let title: string;

beforeEach(async () => {
  await emptyQueue();
  worker = startWorker();
  key = crypto.randomUUID();
  title = `A film ${key}`;
});

const post = (more: object = {}) => ({
  title,
  resourceType: "VIDEO",
  uploadFileList: [{ sourceUrl: "https://files.example/f.mp4", fileName: "f.mp4" }],
  ...more,
});

function send(path: string, body: unknown, more: { by?: TestWorker; key?: string; apiKey?: string } = {}) {
  return (more.by ?? worker).fetch(path, {
    method: "POST",
    headers: {
      authorization: `Bearer ${more.apiKey ?? testEnv.ADMIN_API_KEY}`,
      "content-type": "application/json",
      "idempotency-key": more.key ?? key,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

const create = (more: Parameters<typeof send>[2] = {}, body: unknown = post()) =>
  send("/api/v2/video-posts", body, more);
const postsMade = () => database.count("video_post", { title });
const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code;

/** A Worker whose saves are carried out, and which then dies. */
function dyingAfterSave(): TestWorker {
  const dying = startWorker();
  const { save } = dying.context.posts;
  Object.assign(dying.context.posts, {
    save: async (...args: Parameters<typeof save>) => {
      expect(await save(...args)).toBe("saved");
      return hangs();
    },
  });
  return dying;
}

/** Resolves once `count` posts of this title are there. */
async function untilMade(count: number): Promise<void> {
  while ((await postsMade()) < count) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe("a repeated request with an Idempotency-Key", () => {
  it("gets the answer of the first, marked as a replay, and does nothing", async () => {
    const first = await create();
    expect([first.status, first.headers.get("idempotency-replayed")]).toEqual([201, null]);
    const again = await create({ by: startWorker() });
    expect([again.status, again.headers.get("idempotency-replayed")]).toEqual([201, "true"]);
    expect(await again.text()).toBe(await first.text());
    expect(await postsMade()).toBe(1);
  });

  it("gets the answer of a first that died between its save and its response", async () => {
    void create({ by: dyingAfterSave() });
    await untilMade(1);
    const again = await create();
    const { videoPostId, files } = (await again.json()) as { videoPostId: string; files: unknown[] };
    expect([again.status, again.headers.get("idempotency-replayed"), files.length]).toEqual([201, "true", 1]);
    expect(await database.rows("video_post", { title })).toEqual([expect.objectContaining({ id: videoPostId })]);
  });

  it("gets it from every route that answers with the post that it saved", async () => {
    const { videoPostId } = await publishPost(worker);
    const path = `/api/v2/video-posts/${videoPostId}/audit`;
    const verdict = { result: "REJECTED", reason: "too loud" };
    void send(path, verdict, { by: dyingAfterSave() });
    while ((await database.count("video_post", { id: videoPostId, audit_result: "REJECTED" })) === 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
    const again = await send(path, verdict);
    expect([again.status, again.headers.get("idempotency-replayed")]).toEqual([200, "true"]);
    const shown = await worker.admin("GET", `/api/v2/video-posts/${videoPostId}`);
    expect(await again.json()).toEqual(await shown.json());
  });

  it("gets the new parts that the first has added, and adds none", async () => {
    const { videoPostId } = (await (await create()).json()) as { videoPostId: string };
    const path = `/api/v2/video-posts/${videoPostId}/parts`;
    const body = { uploadFileList: [{ sourceUrl: "https://files.example.com/2.mp4", fileName: "2.mp4" }] };
    const first = await send(path, body, { key: crypto.randomUUID() });
    const second = crypto.randomUUID();
    const added = await (await send(path, body, { key: second })).json();
    const again = await send(path, body, { key: second });
    expect([first.status, again.status, again.headers.get("idempotency-replayed")]).toEqual([201, 201, "true"]);
    expect(await again.json()).toEqual(added);
    expect(added).toMatchObject({ version: 3, files: [{ fileIndex: 2, jobId: expect.any(String) }] });
    const shown = await worker.admin("GET", `/api/v2/video-posts/${videoPostId}`);
    expect(await shown.json()).toMatchObject({ version: 3, files: [{}, {}, {}] });
  });

  it("makes one post, also as one of 20 at once", async () => {
    const workers = [startWorker(), startWorker(), startWorker()];
    const responses = await Promise.all(Array.from({ length: 20 }, (_, n) => create({ by: workers[n % 3]! })));
    for (const response of responses.filter(({ status }) => status !== 201)) {
      expect([response.status, await codeOf(response)]).toEqual([409, "idempotency-in-progress"]);
      expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    }
    expect(responses.some(({ status }) => status === 201)).toBe(true);
    expect([(await create()).status, await postsMade()]).toEqual([201, 1]);
  });

  it("takes over from a first that died before its save, after a minute, and the first cannot save any more", async () => {
    const frozen = startWorker();
    const { save } = frozen.context.posts;
    let thaw = () => {};
    const thawed = new Promise<void>((resolve) => {
      thaw = resolve;
    });
    let reached = () => {};
    const saving = new Promise<void>((resolve) => {
      reached = resolve;
    });
    Object.assign(frozen.context.posts, {
      save: (...args: Parameters<typeof save>) => {
        reached();
        return waitsFor(thawed)({ texts: [], kind: "batch", send: () => save(...args) });
      },
    });
    const first = create({ by: frozen });
    await saving;
    expect(await codeOf(await create())).toBe("idempotency-in-progress");
    worker.advance(60_001);
    expect([(await create()).status, await postsMade()]).toEqual([201, 1]);
    thaw();
    expect([(await first).status, await postsMade()]).toEqual([503, 1]);
    expect((await create()).headers.get("idempotency-replayed")).toBe("true");
  });

  it("is recorded in the audit log as a replay", async () => {
    const { videoPostId } = (await (await create()).json()) as { videoPostId: string };
    await create();
    const { events } = await readAudit(worker, { videoPostId });
    expect(events.map(({ action, details }) => [action, details?.repeat, details?.status])).toEqual([
      ["post.create", true, "TRANSCODING"],
      ["post.create", undefined, "TRANSCODING"],
    ]);
  });
});

describe("an Idempotency-Key", () => {
  it("belongs to one request: another body, path or query is refused", async () => {
    await create();
    for (const [path, body] of [
      ["/api/v2/video-posts", post({ description: "x" })],
      [`/api/v2/video-posts/${uuidV7(1)}/audit`, { result: "PASSED" }],
      [`/api/v2/jobs/${uuidV7(1)}/cancel`, undefined],
    ] as const) {
      const response = await send(path, body);
      expect([response.status, await codeOf(response)]).toEqual([422, "idempotency-key-reused"]);
    }
    expect(await postsMade()).toBe(1);
  });

  it("belongs to its caller", async () => {
    const made = await worker.admin("POST", "/admin/api-keys", { name: "site", scopes: ["posts:write"] });
    const { key: apiKey } = (await made.json()) as { key: string };
    const [one, other] = [await create(), await create({ apiKey })];
    expect([one.status, other.status, other.headers.get("idempotency-replayed")]).toEqual([201, 201, null]);
    expect(await postsMade()).toBe(2);
  });

  it("is free again after a refusal", async () => {
    const refused = await create({}, post({ uploadFileList: [{ uploadId: "none", fileName: "f.mp4" }] }));
    expect([refused.status, (await create()).status]).toEqual([422, 201]);
  });

  it("is free again after a fault, unless the save was carried out", async () => {
    const failing = startWorker();
    const { save } = failing.context.posts;
    Object.assign(failing.context.posts, { save: () => Promise.reject(new Error("D1 is away")) });
    expect((await create({ by: failing })).status).toBe(503);
    Object.assign(failing.context.posts, {
      save: async (...args: Parameters<typeof save>) => {
        await save(...args);
        throw new Error("D1 is away");
      },
    });
    expect((await create({ by: failing })).status).toBe(503);
    expect([(await create()).status, await postsMade()]).toEqual([201, 1]);
  });

  it("is kept for 24 hours, and deleted by the Cron Trigger", async () => {
    await create();
    worker.advance(24 * 3600_000 - 1000);
    expect((await create()).headers.get("idempotency-replayed")).toBe("true");
    worker.advance(1001);
    expect((await create()).headers.get("idempotency-replayed")).toBe(null);
    expect(await postsMade()).toBe(2);
    await database.change("idempotency_key", { expires_at: 1 }, { key });
    await entry.scheduled({} as never, testEnv as never);
    expect(await database.count("idempotency_key", { key })).toBe(0);
  });

  it("keeps its answer encrypted, and says so when the key-encryption key is gone", async () => {
    await create();
    const [row] = await database.rows<{ answer: string }>("idempotency_key", { key });
    expect(row!.answer).not.toMatch(/videoPostId|TRANSCODING/);
    await database.change("idempotency_key", { kek_id: "gone" }, { key });
    const again = await create();
    expect([again.status, await codeOf(again)]).toEqual([409, "idempotency-answer-lost"]);
    expect(await postsMade()).toBe(1);
  });
});

describe("every POST below /api/v2", () => {
  const posts = DEFINITIONS.filter(({ method, path }) => method === "POST" && path.startsWith("/api/v2/"));

  it("has a caller, to which a key belongs", () => {
    expect(posts.length).toBeGreaterThan(3);
    expect(posts.filter(({ access }) => access.kind !== "scope").map(({ path }) => path)).toEqual([]);
  });

  it.each(posts.map(({ path }) => path))("looks at the key: %s", async (path) => {
    for (const wrong of ["two words", "", "é", "k".repeat(256)]) {
      // The query is read before the key.
      const query = path.endsWith("/captions") ? "?language=en&name=English" : "";
      const response = await send(path.replaceAll(/\{\w+\}/g, uuidV7(1)) + query, {}, { key: wrong });
      const { detail } = (await response.json()) as { detail: string };
      expect([response.status, detail]).toEqual([422, expect.stringMatching(/^Idempotency-Key: /)]);
    }
  });

  it("stores its answer in the save of the post, or the docs say what a repeat does after a crash", () => {
    const documented = /#### After a crash\n.*?\n\n(\|.*?)\n\n/s.exec(HTTP_API)?.[1] ?? "";
    const others = DEFINED_ROUTES.filter(({ definition }) => posts.includes(definition))
      .filter((route) => !answersBySave(route))
      .map(({ definition: { method, path } }) => `${method} ${path}`);
    const named = [...documented.matchAll(/^\| `(POST [^`]+)`/gm)].map(([, route]) => route);
    expect(named.toSorted()).toEqual([...others, "POST /api/v2/uploads"].toSorted());
  });
});
