import { describe, expect, it } from "vitest";
import { identifyEvents } from "../events/domain-event.ts";
import type { VideoFile } from "../part/video-file.ts";
import { applied, NOW, part, playingPost } from "./ready-post.fixture.ts";
import { auditVideoPost } from "./review.ts";
import { type Decision, deleteVideoPost, settle, type VideoPost, withFile, withNewFile } from "./video-post.ts";

const PASS = { result: "PASSED", reason: null, by: "ben" } as const;
const REJECT = { result: "REJECTED", reason: "too loud", by: "ben" } as const;
const LATER = NOW + 5;

const published = playingPost();

function withAddedPart(): VideoPost {
  const source = { kind: "upload", uploadId: "upload-added" } as const;
  const file = { id: "added", jobId: "job-added", source, fileName: "b.mp4", fileSize: 1 };
  return settle(withNewFile(published, file, LATER), [], LATER).post;
}

function changePart(post: VideoPost, index: number, change: Partial<VideoFile>): VideoPost {
  return withFile(post, { ...part(post, index), ...change }, [], LATER).post;
}

describe("a published post", () => {
  it("is published since its audit", () => {
    expect(published).toMatchObject({ status: "PUBLISHED", publishedAt: NOW, audit: { at: NOW } });
  });

  it.each<[string, Partial<VideoFile>]>([
    ["is added", {}],
    ["was transcoded", { transferResult: "SUCCESS" }],
    ["is being encrypted", { transferResult: "SUCCESS", encryptStatus: "ENCRYPTING" }],
    ["could not be transcoded", { transferResult: "FAILED" }],
    ["could not be encrypted", { transferResult: "SUCCESS", encryptStatus: "FAILED" }],
    ["was cancelled", { transferResult: "CANCELLED" }],
    ["plays", { transferResult: "SUCCESS", encryptStatus: "ENCRYPTED" }],
  ])("stays published while a part of it %s", (_, change) => {
    const { audit } = published;
    expect(changePart(withAddedPart(), 1, change)).toMatchObject({ status: "PUBLISHED", publishedAt: NOW, audit });
  });

  it.each(["TRANSCODING", "FAILED", "CANCELLED"] as const)(
    "stays published while the replacement of its only part is %s",
    (transferResult) => {
      expect(changePart(published, 0, { transferResult })).toMatchObject({ status: "PUBLISHED", publishedAt: NOW });
    },
  );

  it("can be rejected while a part of it is being processed, and passes again when all of them play", () => {
    const rejected = applied(auditVideoPost(withAddedPart(), REJECT, LATER));
    expect(rejected).toMatchObject({ status: "TRANSCODING", publishedAt: null, audit: REJECT });
    expect(auditVideoPost(rejected, PASS, LATER)).toMatchObject({ refusal: { kind: "wrong-state" } });
    const whole = changePart(rejected, 1, { transferResult: "SUCCESS", encryptStatus: "ENCRYPTED" });
    expect(whole.status).toBe("REJECTED");
    expect(applied(auditVideoPost(whole, PASS, LATER))).toMatchObject({ status: "PUBLISHED", publishedAt: LATER });
  });

  it("does not pass twice, also while a part of it is being processed", () => {
    expect(auditVideoPost(withAddedPart(), PASS, LATER)).toEqual({ kind: "unchanged", value: undefined });
  });

  it("is unpublished by a rejection, by its deletion, and when its audit is taken back", () => {
    const unpublished = (status: string) => ({ status, publishedAt: null });
    expect(applied(auditVideoPost(published, REJECT, LATER))).toMatchObject(unpublished("REJECTED"));
    expect(applied(deleteVideoPost(published, LATER))).toMatchObject(unpublished("DELETED"));
    const { post: withdrawn } = settle({ ...published, autoPublish: false, audit: null }, [], LATER);
    expect(withdrawn).toMatchObject(unpublished("PENDING_AUDIT"));
  });
});

describe("the events of a post", () => {
  const typesOf = (decision: Decision) =>
    decision.kind === "changed" ? decision.change.events.map(({ type }) => type) : [decision.kind];

  it("say that it is published and unpublished, once each time", () => {
    expect(typesOf(auditVideoPost(published, REJECT, LATER))).toEqual(["VideoAuditRejected", "VideoPostUnpublished"]);
    const rejected = applied(auditVideoPost(published, REJECT, LATER));
    expect(typesOf(auditVideoPost(rejected, REJECT, LATER))).toEqual(["VideoAuditRejected"]);
    expect(typesOf(auditVideoPost(rejected, PASS, LATER))).toEqual(["VideoAuditPassed", "VideoPostPublished"]);
    expect(typesOf(deleteVideoPost(published, LATER))).toEqual(["VideoPostDeleted"]);
  });

  it("are not raised while parts are added and fail", () => {
    const added = withAddedPart();
    const failed = { ...part(added, 1), transferResult: "FAILED" } as const;
    expect(withFile(added, failed, [], LATER).events).toEqual([]);
  });

  it("have an identity that follows from their save, and keep the one that they have", () => {
    const save = { videoPostId: "post", version: 3, at: LATER };
    const identified = identifyEvents(save, [{ type: "VideoPostUnpublished" }, { type: "VideoPostUnpublished" }]);
    expect(identified).toEqual([
      { id: "post.3.0", videoPostId: "post", version: 3, at: LATER, type: "VideoPostUnpublished" },
      { id: "post.3.1", videoPostId: "post", version: 3, at: LATER, type: "VideoPostUnpublished" },
    ]);
    expect(identifyEvents({ ...save, version: 9, at: 1 }, identified)).toEqual(identified);
  });
});

describe("a post that was saved by a release without the time of publication", () => {
  it("is published since its audit", () => {
    expect(settle({ ...published, publishedAt: null }, [], LATER).post).toMatchObject({
      status: "PUBLISHED",
      publishedAt: NOW,
    });
  });

  it("does not come back after that release has rejected or deleted it", () => {
    const audit = { ...REJECT, at: NOW };
    expect(settle({ ...published, audit }, [], LATER).post).toMatchObject({ status: "REJECTED", publishedAt: null });
    expect(settle({ ...published, deletedAt: NOW }, [], LATER).post.publishedAt).toBeNull();
  });
});
