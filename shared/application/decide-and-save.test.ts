import { describe, expect, it } from "vitest";
import type { PostTrace } from "../domain/post/post-trace.ts";
import { createVideoPost, type Decision, refused, settle, type VideoPost } from "../domain/post/video-post.ts";
import { decideAndSave } from "./decide-and-save.ts";
import type { SaveOptions, SaveOutcome, VideoPostRepository } from "./ports/video-post-repository.ts";

const NOW = 1_770_000_000_000;
const TRACE = { actor: "editor", action: "post.update" } as const;

const created = createVideoPost(
  {
    id: "post",
    authorId: "author",
    title: "0",
    description: "",
    resourceType: "VIDEO",
    interaction: { comments: true, liveComments: false },
    access: "POLICY",
    autoPublish: false,
    files: [],
  },
  NOW,
).post;

/** A database of one post in which somebody else saves before each of the first `rivals` saves. */
function database({ rivals = 0, leaseLost = false } = {}) {
  let stored: VideoPost = { ...created, version: 1 };
  let left = rivals;
  const seen: { options: SaveOptions | undefined; trace: PostTrace | undefined }[] = [];
  const posts: VideoPostRepository = {
    load: async (id) => (id === stored.id ? stored : null),
    save: async ({ post, trace }, _now, options): Promise<SaveOutcome> => {
      seen.push({ options, trace });
      if (leaseLost) return "lease-lost";
      if (left-- > 0) stored = { ...stored, description: `${stored.description}r`, version: stored.version + 1 };
      if (post.version !== stored.version) return "conflict";
      stored = { ...post, version: post.version + 1 };
      return "saved";
    },
  };
  return { posts, seen, stored: () => stored };
}

const count = (post: VideoPost): Decision<string> => {
  const { post: counted, ...rest } = settle({ ...post, title: String(Number(post.title) + 1) }, [], NOW);
  return { kind: "changed", change: { ...rest, post: counted }, value: `was ${post.title}` };
};

describe("a decision on a post", () => {
  it("is saved once, under its fence", async () => {
    const db = database();
    const options: SaveOptions = { fence: { kind: "lease", jobId: "j", leaseToken: "l" }, jobEnd: { kind: "succeed" } };
    const outcome = await decideAndSave(db.posts, "post", TRACE, NOW, count, options);
    expect(outcome).toMatchObject({ kind: "done", value: "was 0", post: { title: "1" } });
    expect(db.seen).toEqual([{ options, trace: TRACE }]);
  });

  it("is repeated on a concurrent save, so that neither is lost", async () => {
    const db = database({ rivals: 4 });
    expect(await decideAndSave(db.posts, "post", TRACE, NOW, count)).toMatchObject({ kind: "done" });
    expect(db.stored()).toMatchObject({ title: "1", description: "rrrr" });
  });

  it("ends as a conflict after five attempts", async () => {
    const db = database({ rivals: 5 });
    expect(await decideAndSave(db.posts, "post", TRACE, NOW, count)).toEqual({ kind: "conflict" });
    expect(db.seen).toHaveLength(5);
    expect(db.stored().title).toBe("0");
  });

  it("is not tried again when the lease is lost", async () => {
    const db = database({ leaseLost: true });
    expect(await decideAndSave(db.posts, "post", TRACE, NOW, count)).toEqual({ kind: "lease-lost" });
    expect(db.seen).toHaveLength(1);
  });

  it("saves nothing if it changes nothing", async () => {
    const db = database();
    const outcome = await decideAndSave(db.posts, "post", TRACE, NOW, () => ({ kind: "unchanged", value: 7 }));
    expect(outcome).toMatchObject({ kind: "done", value: 7 });
    expect(db.seen).toEqual([]);
  });

  it("saves nothing and returns the reason if it refuses", async () => {
    const db = database();
    const refusal = { kind: "wrong-state", detail: "no" } as const;
    expect(await decideAndSave(db.posts, "post", TRACE, NOW, () => refused(refusal))).toEqual({
      kind: "refused",
      refusal,
    });
    expect(db.seen).toEqual([]);
  });

  it("is refused where there is no post", async () => {
    const outcome = await decideAndSave(database().posts, "nobody", TRACE, NOW, count);
    expect(outcome).toEqual({ kind: "refused", refusal: { kind: "not-found" } });
  });
});
