import { afterAll, beforeAll, expect, it } from "vitest";
import { bodyOf } from "../../client/index.ts";
import { seededRandom } from "../fixtures/seeded-random.ts";
import { type Stack, startStack } from "./stack.ts";

/*
 * 50 editors on 10 posts for 5 seconds (a minute with LONG_TESTS=1): every change that was accepted is there at the end, and
 * every other answer is a conflict that says to try again.
 */

const POSTS = 10;
const EDITORS = 50;
const MS = process.env.LONG_TESTS === "1" ? 60_000 : 5000;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ processor: false });
});
afterAll(() => stack?.stop());

type Shown = { version: number; metadata: Record<string, string>; files: { fileIndex: number; position: number }[] };

/** What one editor has changed, as the answers say. */
type Done = { counted: number; added: number; removed: number };

async function send(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${stack.origin}/api/v2/video-posts/${path}`, {
    method,
    headers: { authorization: `Bearer ${stack.adminKey}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as { code?: string };
  if (response.ok) return { status: response.status, body: answer };
  expect([response.status, answer.code]).toEqual([409, expect.stringMatching(/^(conflict|version-outdated)$/)]);
  if (answer.code === "conflict") expect(response.headers.get("retry-after")).toMatch(/^[1-8]$/);
  return { status: 409, body: answer };
}

const shown = async (id: string) => (await send("GET", id)).body as Shown;

/** Reads a counter of the post and adds one to it: lost if another edit came between, unless the version says so. */
async function count(id: string, editor: string, done: Done): Promise<void> {
  const { version, metadata } = await shown(id);
  const next = String(Number(metadata[editor] ?? 0) + 1);
  const { status } = await send("PATCH", id, { version, metadata: { ...metadata, [editor]: next } });
  if (status === 200) done.counted++;
}

async function addAndRemove(id: string, done: Done): Promise<void> {
  const uploadFileList = [{ sourceUrl: "https://files.example.com/film.mp4", fileName: "film.mp4" }];
  const added = await send("POST", `${id}/parts`, { uploadFileList });
  if (added.status !== 201) return;
  done.added++;
  const [{ fileIndex }] = (added.body as { files: [{ fileIndex: number }] }).files;
  if ((await send("DELETE", `${id}/parts/${fileIndex}`)).status === 200) done.removed++;
}

async function edit(id: string, editor: string, random: () => number, done: Done): Promise<void> {
  const dice = random();
  if (dice < 0.6) return count(id, editor, done);
  if (dice < 0.8) return addAndRemove(id, done);
  await send("PATCH", id, { description: `by ${editor}` });
}

it(`lose no change: ${EDITORS} editors on ${POSTS} posts`, { timeout: MS + 120_000 }, async () => {
  const create = async (n: number) =>
    bodyOf(await stack.client.createVideoPost({ body: { title: `Post ${n}`, resourceType: "VIDEO" } })).videoPostId;
  const posts = await Promise.all(Array.from({ length: POSTS }, (_, n) => create(n)));
  const until = Date.now() + MS;
  const editors = Array.from({ length: EDITORS }, async (_, n) => {
    const random = seededRandom(n + 1);
    const done: Done = { counted: 0, added: 0, removed: 0 };
    while (Date.now() < until) await edit(posts[n % POSTS]!, `editor-${n}`, random, done);
    return done;
  });
  const done = await Promise.all(editors);
  for (const [n, id] of posts.entries()) {
    const own = done.map((one, editor) => ({ ...one, editor })).filter(({ editor }) => editor % POSTS === n);
    const { metadata, files } = await shown(id);
    const counters = own.filter(({ counted }) => counted > 0).map((one) => [`editor-${one.editor}`, `${one.counted}`]);
    expect(metadata).toEqual(Object.fromEntries(counters));
    const left = own.reduce((sum, { added, removed }) => sum + added - removed, 0);
    expect(files).toHaveLength(left);
    expect(files.map(({ position }) => position).toSorted((a, b) => a - b)).toEqual(
      files.map((_, position) => position),
    );
  }
  const accepted = done.reduce((sum, { counted, added, removed }) => sum + counted + added + removed, 0);
  expect(accepted).toBeGreaterThan(POSTS);
});
