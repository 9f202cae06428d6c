import { describe, expect, it } from "vitest";
import { applyEncryptResult, applyTranscodeResult } from "../job-outcomes/job-results.ts";
import { cancelPart } from "../job-outcomes/recovery.ts";
import { clearPlayback, isOpen, isPublic } from "./clear-playback.ts";
import { applied, encrypted, NOW, staged, transcoded, waitingPost } from "./ready-post.fixture.ts";
import type { VideoPost } from "./video-post.ts";

const failed = { kind: "failed", code: "unclassified", reason: "It broke." } as const;
const waiting = waitingPost();
const ready = transcoded(waiting);
const broken = applied(applyEncryptResult(staged(ready), "file-0", failed, NOW));

describe("what of a part plays in the clear", () => {
  it.each([
    ["an unknown post", null, 0, "not-found"],
    ["an unknown part", ready, 1, "not-found"],
    ["a deleted post", { ...ready, deletedAt: NOW }, 0, "deleted"],
    ["a part that waits for its transcode", waiting, 0, "waiting"],
    ["a part whose transcode failed", applied(applyTranscodeResult(waiting, "file-0", failed, NOW)), 0, "failed"],
    ["a part that was cancelled", applied(cancelPart(staged(ready), "file-0", "ENCRYPT", NOW)), 0, "cancelled"],
    ["a part that is encrypted", encrypted(ready), 0, "encrypted"],
  ] as const)("is nothing of %s", (_, post: VideoPost | null, fileIndex, kind) => {
    expect(clearPlayback(post, fileIndex)).toEqual({ kind });
  });

  it.each([
    ["before its encryption", ready, "not-encrypted-yet"],
    ["during its encryption", staged(ready), "not-encrypted-yet"],
    ["after its encryption has failed", broken, "encryption-failed"],
  ] as const)("is the clear renditions of a part %s", (_, post, reason) => {
    const found = {
      kind: "clear",
      prefix: "a-film/transcode-0/c1/",
      transcodeJobId: "transcode-0",
      durationSeconds: 18,
    };
    expect(clearPlayback(post, 0)).toMatchObject({ ...found, reason });
    expect(clearPlayback(post, 0)).toHaveProperty("variants.length", 2);
  });
});

describe("clear renditions for everybody", () => {
  const isPublicIn = (post: VideoPost, publicUpTo: number) => {
    const playback = clearPlayback(post, 0);
    return playback.kind === "clear" && isPublic(post, 0, playback, { publicUpTo });
  };

  it("go by the default policies until the first key, and by the stored ones from then on", () => {
    expect([isPublicIn(ready, 480), isPublicIn(ready, 720)]).toEqual([false, true]);
    expect(isPublicIn({ ...ready, access: "PUBLIC" }, 0)).toBe(true);
    // The keys were staged with a default of 480.
    expect([isPublicIn(broken, 720), isPublicIn({ ...broken, access: "PUBLIC" }, 720)]).toEqual([false, false]);
  });

  it("are none of a post that a person has to review, or has rejected", () => {
    const rejected = { result: "REJECTED", reason: null, by: "reviewer", at: NOW } as const;
    expect(isOpen(ready)).toBe(true);
    expect(isOpen({ ...ready, autoPublish: false })).toBe(false);
    expect(isOpen({ ...ready, autoPublish: false, publishedAt: NOW })).toBe(true);
    expect(isOpen({ ...ready, audit: rejected })).toBe(false);
    expect(isPublicIn({ ...ready, access: "PUBLIC", autoPublish: false }, 720)).toBe(false);
  });
});
