import { describe, expect, it } from "vitest";
import type { ContentKey } from "../part/content-key.ts";
import type { VideoFile } from "../part/video-file.ts";
import { auditVideoPost } from "./review.ts";
import {
  createVideoPost,
  type Decision,
  deleteVideoPost,
  type NewVideoPost,
  settle,
  updateVideoPost,
  type VideoPost,
  withFile,
} from "./video-post.ts";

const NOW = 1_770_000_000_000;

function newPost(more: Partial<NewVideoPost> = {}, parts = 1): NewVideoPost {
  return {
    id: "post",
    authorId: "author",
    title: "Épisode 1",
    description: "",
    resourceType: "VIDEO",
    interaction: { comments: true, liveComments: false },
    access: "POLICY",
    autoPublish: false,
    files: Array.from({ length: parts }, (_, i) => ({
      id: `file-${i}`,
      jobId: `job-${i}`,
      source: { kind: "upload", uploadId: `upload-${i}` },
      fileName: `part-${i}.mp4`,
      fileSize: 100 + i,
    })),
    ...more,
  };
}

type PartChange = Partial<VideoFile>;

const WAITING: PartChange = { transferResult: "TRANSCODING", encryptStatus: "UNENCRYPTED" };
const TRANSCODED: PartChange = { transferResult: "SUCCESS", encryptStatus: "UNENCRYPTED" };
const ENCRYPTING: PartChange = { transferResult: "SUCCESS", encryptStatus: "ENCRYPTING" };
const READY: PartChange = { transferResult: "SUCCESS", encryptStatus: "ENCRYPTED" };
const NO_TRANSCODE: PartChange = { transferResult: "FAILED", encryptStatus: "UNENCRYPTED" };
const NO_ENCRYPTION: PartChange = { transferResult: "SUCCESS", encryptStatus: "FAILED" };
const READY_BUT_NOT_REPLACED: PartChange = { transferResult: "FAILED", encryptStatus: "ENCRYPTED" };

function postWith(parts: readonly PartChange[], more: Partial<VideoPost> = {}): VideoPost {
  const { post } = createVideoPost(newPost({}, parts.length), NOW);
  const files = post.files.map((file, i) => ({ ...file, ...parts[i] }));
  return settle({ ...post, ...more, files }, [], NOW).post;
}

function changeOf(decision: Decision) {
  if (decision.kind !== "changed") throw new Error(`a change was expected, not ${decision.kind}`);
  return decision.change;
}

describe("a new post", () => {
  it("requests one transcode job for each part", () => {
    const { post, jobs, events } = createVideoPost(newPost({}, 2), NOW);
    expect(jobs).toEqual([
      { jobId: "job-0", fileId: "file-0", kind: "TRANSCODE" },
      { jobId: "job-1", fileId: "file-1", kind: "TRANSCODE" },
    ]);
    expect(events).toEqual([]);
    expect(post).toMatchObject({ status: "TRANSCODING", version: 0, slug: "episode-1", nextFileIndex: 2 });
    expect(post.files.map(({ fileIndex, position }) => [fileIndex, position])).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  it("is a draft without parts", () => {
    expect(createVideoPost(newPost({}, 0), NOW)).toMatchObject({ post: { status: "DRAFT", files: [] }, jobs: [] });
  });

  it("is not published, with autoPublish, before it has parts that play", () => {
    const { post, events } = createVideoPost(newPost({ autoPublish: true }, 0), NOW);
    expect(post).toMatchObject({ status: "DRAFT", audit: null });
    expect(events).toEqual([]);
  });
});

describe("the status of a post follows from its parts", () => {
  it.each<[string, PartChange[], string]>([
    ["no parts", [], "DRAFT"],
    ["a part that waits", [WAITING], "TRANSCODING"],
    ["a part that was transcoded", [TRANSCODED], "TRANSCODING"],
    ["a part that is being encrypted", [ENCRYPTING], "TRANSCODING"],
    ["a part that plays", [READY], "PENDING_AUDIT"],
    ["two parts that play", [READY, READY], "PENDING_AUDIT"],
    ["a part that plays beside one that waits", [READY, WAITING], "TRANSCODING"],
    ["a part that could not be transcoded", [NO_TRANSCODE], "TRANSCODE_FAILED"],
    ["a part that could not be encrypted", [NO_ENCRYPTION], "TRANSCODE_FAILED"],
    ["a part that failed beside one that plays", [READY, NO_TRANSCODE], "TRANSCODE_FAILED"],
    ["a part that failed beside one that waits", [WAITING, NO_ENCRYPTION], "TRANSCODE_FAILED"],
    ["a part that plays and could not be replaced", [READY_BUT_NOT_REPLACED], "PENDING_AUDIT"],
  ])("%s", (_, parts, status) => {
    expect(postWith(parts).status).toBe(status);
    expect(postWith(parts, { deletedAt: NOW }).status).toBe("DELETED");
  });

  it("is REJECTED by an audit once all of them play, and not before", () => {
    const audit = { result: "REJECTED", reason: null, by: "auditor", at: NOW } as const;
    expect(postWith([READY], { audit }).status).toBe("REJECTED");
    expect(postWith([READY, WAITING], { audit }).status).toBe("TRANSCODING");
    expect(postWith([READY, NO_TRANSCODE], { audit }).status).toBe("TRANSCODE_FAILED");
  });

  it("has the sum of the known durations as its duration", () => {
    const parts = [{ ...READY, durationSeconds: 1.5 }, WAITING, { ...READY, durationSeconds: 60.25 }];
    expect(postWith(parts).durationSeconds).toBe(61.75);
  });
});

describe("a post that publishes itself", () => {
  const parts = [READY, WAITING];
  const post = postWith(parts, { autoPublish: true });
  const lastPart = { ...post.files[1]!, ...READY };

  it("is audited by the system in the change that makes its last part play", () => {
    expect(post).toMatchObject({ status: "TRANSCODING", audit: null });
    const change = withFile(post, lastPart, [], NOW + 1);
    expect(change.post).toMatchObject({
      status: "PUBLISHED",
      audit: { result: "PASSED", reason: null, by: "system", at: NOW + 1 },
      publishedAt: NOW + 1,
    });
    expect(change.events).toEqual([
      { type: "VideoAuditPassed", auditedBy: "system" },
      { type: "VideoPostPublished", publishedAt: NOW + 1 },
    ]);
  });

  it("is audited once", () => {
    const { post: published } = withFile(post, lastPart, [], NOW);
    const again = withFile(published, lastPart, [], NOW + 1);
    expect(again.events).toEqual([]);
    expect(again.post.audit).toEqual(published.audit);
  });

  it("is not published by the system over the verdict of a person", () => {
    const { post: published } = withFile(post, lastPart, [], NOW);
    const rejected = changeOf(auditVideoPost(published, { result: "REJECTED", reason: "loud", by: "anna" }, NOW)).post;
    expect(settle(rejected, [], NOW)).toMatchObject({ post: { status: "REJECTED" }, events: [] });
  });
});

describe("an audit", () => {
  const ready = postWith([READY, READY]);
  const pass = { result: "PASSED", reason: null, by: "anna" } as const;
  const reject = { result: "REJECTED", reason: "too loud", by: "ben" } as const;

  it("publishes the post when it passes", () => {
    const { post, events } = changeOf(auditVideoPost(ready, pass, NOW + 5));
    expect(post).toMatchObject({ status: "PUBLISHED", audit: { ...pass, at: NOW + 5 }, updatedAt: NOW + 5 });
    expect(events).toEqual([
      { type: "VideoAuditPassed", auditedBy: "anna" },
      { type: "VideoPostPublished", publishedAt: NOW + 5 },
    ]);
  });

  it("has a reason when it rejects", () => {
    const { post, events } = changeOf(auditVideoPost(ready, reject, NOW));
    expect(post.status).toBe("REJECTED");
    expect(events).toEqual([{ type: "VideoAuditRejected", auditedBy: "ben", reason: "too loud" }]);
  });

  it("may be reversed", () => {
    const { post: published } = changeOf(auditVideoPost(ready, pass, NOW));
    const { post: rejected } = changeOf(auditVideoPost(published, reject, NOW));
    expect(changeOf(auditVideoPost(rejected, pass, NOW)).post.status).toBe("PUBLISHED");
  });

  it("does not pass a second time", () => {
    const { post: published } = changeOf(auditVideoPost(ready, pass, NOW));
    expect(auditVideoPost(published, { ...pass, by: "carl" }, NOW + 1).kind).toBe("unchanged");
  });

  it.each([
    ["DRAFT", []],
    ["TRANSCODING", [WAITING]],
    ["TRANSCODE_FAILED", [NO_ENCRYPTION]],
  ])("is refused for a post that is %s", (status, parts) => {
    const decision = auditVideoPost(postWith(parts), pass, NOW);
    expect(decision).toEqual({
      kind: "refused",
      refusal: { kind: "wrong-state", detail: `a post that is ${status} cannot be audited` },
    });
  });

  it("is refused for a post that was deleted", () => {
    const { post } = changeOf(deleteVideoPost(ready, NOW));
    expect(auditVideoPost(post, pass, NOW)).toMatchObject({ refusal: { kind: "deleted" } });
  });
});

describe("an edit", () => {
  const post = postWith([READY]);

  it("changes what it names and nothing else", () => {
    const { post: edited, events, jobs } = changeOf(updateVideoPost(post, { description: "New." }, NOW + 1));
    expect(edited).toEqual({ ...post, description: "New.", updatedAt: NOW + 1 });
    expect([events, jobs]).toEqual([[], []]);
  });

  it("changes, for a title, the slug of later objects and never a stored prefix", () => {
    const played = postWith([{ ...READY, clear: { prefix: "episode-1/job-0/c1/", transcodeJobId: "job-0" } }]);
    const { post: renamed } = changeOf(updateVideoPost(played, { title: "Épisode 2" }, NOW));
    expect(renamed.slug).toBe("episode-2");
    expect(renamed.files).toEqual(played.files);
  });

  it("may empty a text", () => {
    const described = { ...post, description: "Old." };
    expect(changeOf(updateVideoPost(described, { description: "" }, NOW)).post.description).toBe("");
  });

  it("is refused for a post that was deleted", () => {
    const { post: deleted } = changeOf(deleteVideoPost(post, NOW));
    expect(updateVideoPost(deleted, { title: "x" }, NOW)).toMatchObject({ refusal: { kind: "deleted" } });
  });
});

describe("a deletion", () => {
  const key = (status: ContentKey["status"]): ContentKey => ({
    keyId: `key-${status}`,
    quality: "720p",
    keyVersion: 1,
    wrappedKey: "",
    kekId: "k1",
    keyUriTemplate: "",
    stagedByJobId: null,
    status,
    usableUntil: status === "RETIRING" ? NOW + 1 : null,
    createdAt: NOW,
  });
  const playing: PartChange = {
    ...READY,
    clear: { prefix: "e/job-0/c2/", transcodeJobId: "job-0" },
    playing: { prefix: "e/job-0/enc/k1-c1/", transcodeJobId: "job-0", keyVersion: 1 },
    keys: [key("STAGED"), key("ACTIVE"), key("RETIRING")],
  };

  it("revokes every key, so that the key endpoint refuses from this save on", () => {
    const { post } = changeOf(deleteVideoPost(postWith([playing]), NOW + 1));
    expect(post).toMatchObject({ status: "DELETED", deletedAt: NOW + 1 });
    expect(post.files[0]!.keys.map(({ status, usableUntil }) => [status, usableUntil])).toEqual([
      ["REVOKED", null],
      ["REVOKED", null],
      ["REVOKED", null],
    ]);
  });

  it("names every stored prefix and upload that is to be deleted", () => {
    const { events } = changeOf(deleteVideoPost(postWith([playing, WAITING]), NOW));
    expect(events).toEqual([
      {
        type: "VideoPostDeleted",
        prefixes: ["e/job-0/c2/", "e/job-0/enc/k1-c1/"],
        uploadIds: ["upload-0", "upload-1"],
      },
    ]);
  });

  it("changes nothing and raises no event when repeated", () => {
    const { post } = changeOf(deleteVideoPost(postWith([playing]), NOW));
    expect(deleteVideoPost(post, NOW + 1)).toEqual({ kind: "unchanged", value: undefined });
  });

  it("keeps a post that publishes itself from being published", () => {
    const post = postWith([WAITING], { autoPublish: true, deletedAt: NOW });
    expect(withFile(post, { ...post.files[0]!, ...READY }, [], NOW)).toMatchObject({
      post: { audit: null },
      events: [],
    });
  });
});
