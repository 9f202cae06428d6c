import { beforeEach, describe, expect, it } from "vitest";
import type { NewEvent } from "../../shared/domain/events/domain-event.ts";
import type { VideoPost } from "../../shared/domain/post/video-post.ts";
import { jsonColumn, type OpenPersistence, type TestPersistence } from "./persistence.ts";
import { barePost, fullPost, withSetsSorted } from "./sample-posts.ts";
import { NOW, onlyPart, variantOf } from "./steps.ts";

const AGGREGATE = [
  "video_post",
  "video_file_post",
  "video_hls_abr_variant",
  "video_hls_encrypt_key",
  "video_hls_quality_auth",
];
const BESIDE_IT = [
  "access_revocation",
  "api_key",
  "audit_event",
  "author_reward",
  "encoder_job",
  "idempotency_key",
  "job_launch",
  "key_rotation_batch",
  "key_rotation_item",
  "launch_rate",
  "published_video",
  "service_mark",
  "single_key_source",
  "upload_session",
  "upload_token",
  "video_post_revision",
  "video_transcode_job",
  "webhook_attempt",
  "webhook_delivery",
  "webhook_endpoint",
  "webhook_secret",
];

export function describeVideoPostRoundTrip(name: string, open: OpenPersistence): void {
  describe(`${name}: a post that is saved and loaded`, () => {
    let persistence: TestPersistence;
    beforeEach(async () => {
      persistence = await open();
    });

    const store = (post: VideoPost, events: readonly NewEvent[] = [], from: VideoPost | null = null) =>
      persistence.posts.save({ from, post, events, jobs: [] }, NOW);
    const loaded = async (id: string) => withSetsSorted(await persistence.posts.load(id));
    const asSaved = (post: VideoPost) => withSetsSorted({ ...post, version: post.version + 1 });

    it("is null when there is none", async () => {
      expect(await persistence.posts.load("nobody")).toBeNull();
    });

    it("comes back as it was, where every field has a value", async () => {
      expect(await store(fullPost)).toBe("saved");
      expect(await loaded(fullPost.id)).toStrictEqual(asSaved(fullPost));
    });

    it("comes back as it was, where every field that can be null is null", async () => {
      expect(await store(barePost)).toBe("saved");
      expect(await loaded(barePost.id)).toStrictEqual(asSaved(barePost));
    });

    it("loses every value and gains every value by an update", async () => {
      const files = [{ ...onlyPart(barePost), id: "file-full" }];
      const emptied: VideoPost = { ...barePost, id: fullPost.id, files, otherVersions: [] };
      await store({ ...fullPost, version: 0 });
      expect(await store({ ...emptied, version: 1 }, [], { ...fullPost, version: 1 })).toBe("saved");
      const kept = { keys: onlyPart(fullPost).keys };
      // Keys are never deleted: a version keeps its number for good.
      expect(await loaded(fullPost.id)).toStrictEqual(
        asSaved({ ...emptied, version: 1, files: [{ ...onlyPart(emptied), ...kept }] }),
      );
      const from = await persistence.posts.load(fullPost.id);
      expect(await store({ ...fullPost, version: 2 }, [], from)).toBe("saved");
      expect(await loaded(fullPost.id)).toStrictEqual(asSaved({ ...fullPost, version: 2 }));
    });

    it("has its parts in the order of their positions and its variants from the top rung down", async () => {
      const part = onlyPart(barePost);
      const parts = [2, 0, 1].map((position) => ({ ...part, id: `f${position}`, fileIndex: 5 - position, position }));
      const rungs = (["360p", "1080p", "480p", "720p"] as const).map(variantOf);
      const withRungs = parts.map((file) => ({ ...file, variants: [{ transcodeJobId: "job", variants: rungs }] }));
      await store({ ...barePost, files: withRungs });
      const post = await loaded(barePost.id);
      expect(post?.files.map((file) => file.id)).toEqual(["f0", "f1", "f2"]);
      const order = post?.files[0]?.variants[0]?.variants.map((variant) => variant.quality);
      expect(order).toEqual(["1080p", "720p", "480p", "360p"]);
    });

    it("has the policies of a part in one order, whichever was changed last", async () => {
      const qualities = ["360p", "1080p", "480p"] as const;
      const policies = qualities.map((quality) => ({ quality, policy: "PUBLIC", entitlement: null }) as const);
      const part = { ...onlyPart(barePost), qualityAuth: policies };
      await store({ ...barePost, files: [part] });
      const from = await persistence.posts.load(barePost.id);
      const changed = policies.map((auth) =>
        auth.quality === "1080p" ? { ...auth, policy: "DENIED" as const } : auth,
      );
      await store({ ...from!, files: [{ ...part, qualityAuth: changed }] }, [], from);
      const post = await persistence.posts.load(barePost.id);
      expect(post?.files[0]?.qualityAuth.map(({ quality }) => quality)).toEqual(["1080p", "360p", "480p"]);
    });

    it("keeps the fields of two posts apart", async () => {
      await store(fullPost);
      await store(barePost);
      expect(await loaded(fullPost.id)).toStrictEqual(asSaved(fullPost));
      expect(await loaded(barePost.id)).toStrictEqual(asSaved(barePost));
    });

    it("fills every column that there is, so that a new one is either covered by the sample posts or shows here", async () => {
      expect((await persistence.tables()).toSorted()).toEqual([...AGGREGATE, ...BESIDE_IT].toSorted());
      await store(fullPost);
      await store(barePost);
      const problems = await Promise.all(AGGREGATE.map((table) => uncovered(persistence, table)));
      expect(problems.flat()).toEqual([]);
    });

    it("leaves the events of a save in its revision, to be sent out", async () => {
      const events: NewEvent[] = [
        { type: "VideoAuditPassed", auditedBy: "system", uploadIds: ["upload-1"] },
        { type: "VideoAuditRejected", auditedBy: "auditor-1", reason: 'too "loud"' },
        { type: "VideoPostDeleted", prefixes: ["slug/job/c1/"], uploadIds: [] },
      ];
      await store(fullPost, events);
      const [revision] = await persistence.rows("video_post_revision");
      expect(revision).toMatchObject({ video_post_id: fullPost.id, version: 1, dispatched_at: null, created_at: NOW });
      const saved = { videoPostId: fullPost.id, version: 1, at: NOW };
      expect(jsonColumn(revision?.events)).toStrictEqual(
        events.map((event, index) => ({ id: `${fullPost.id}.1.${index}`, ...saved, ...event })),
      );
    });

    it("leaves nothing to be sent out by a save without events", async () => {
      await store(fullPost);
      const [revision] = await persistence.rows("video_post_revision");
      expect(revision?.dispatched_at).toBe(NOW);
    });
  });
}

/** Between the sample posts every column takes two values, one of them null where it may be. */
async function uncovered(persistence: TestPersistence, table: string): Promise<string[]> {
  const [columns, rows] = await Promise.all([persistence.columns(table), persistence.rows(table)]);
  return columns.flatMap(({ name, nullable }) => {
    // Written by the jobs alone, and where a key is revoked; only one sample post has rows that name their part.
    if (["update_type", "revoked_at", "file_id"].includes(name)) return [];
    const values = new Set(rows.map((row) => JSON.stringify(row[name])));
    const few = values.size < 2 ? [`${table}.${name} is always ${[...values]}`] : [];
    // Null in rows of earlier releases alone.
    const filled =
      nullable && !name.startsWith("title_folded") && !values.has("null") ? [`${table}.${name} is never null`] : [];
    return [...few, ...filled];
  });
}
