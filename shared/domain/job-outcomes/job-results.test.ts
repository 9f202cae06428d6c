import { describe, expect, it } from "vitest";
import type { VideoFile } from "../part/video-file.ts";
import { type Change, createVideoPost, type Decision, deleteVideoPost, type VideoPost } from "../post/video-post.ts";
import type { Quality } from "../quality/quality.ts";
import { STANDARD_POLICY_RULE } from "../quality/quality-auth.ts";
import type { AbrVariant } from "../quality/rendition.ts";
import {
  applyEncryptResult,
  applyTranscodeResult,
  type KeyDraft,
  reusableStagedKeys,
  stageKeys,
} from "./job-results.ts";

const NOW = 1_770_000_000_000;
const LADDER: readonly Quality[] = ["720p", "480p"];

function variant(quality: Quality, bytes: number): AbrVariant {
  return {
    quality,
    width: 640,
    height: 360,
    peakBandwidth: 2,
    averageBandwidth: 1,
    codecs: "avc1.64001e",
    frameRate: null,
    segmentCount: 1,
    bytes,
  };
}

function newPost(more: { access?: "POLICY" | "PUBLIC"; autoPublish?: boolean } = {}): VideoPost {
  const source = { kind: "upload", uploadId: "upload" } as const;
  const input = {
    id: "post",
    authorId: "author",
    title: "A film",
    description: "",
    resourceType: "VIDEO",
    interaction: { comments: true, liveComments: false },
    access: "POLICY",
    autoPublish: false,
    files: [{ id: "file", jobId: "job-1", source, fileName: "a.mp4", fileSize: 1 }],
    ...more,
  } as const;
  return createVideoPost(input, NOW).post;
}

function changed(decision: Decision): Change {
  if (decision.kind !== "changed") throw new Error(`a change was expected, not ${JSON.stringify(decision)}`);
  return decision.change;
}

const partOf = (post: VideoPost): VideoFile => post.files[0]!;
const setPart = (post: VideoPost, more: Partial<VideoFile>): VideoPost => ({
  ...post,
  files: [{ ...partOf(post), ...more }],
});

const PROBE = { container: "mp4", headerDuration: 19, video: null, audio: null };

function transcoded(post: VideoPost, jobId = "job-1", durationSeconds = 18, qualities = LADDER): Decision {
  const variants = qualities.map((quality) => variant(quality, 100));
  const result = {
    transcodeJobId: jobId,
    prefix: `a-film/${jobId}/c1/`,
    durationSeconds,
    probe: PROBE,
    warnings: ["w"],
  };
  return applyTranscodeResult(post, "file", { kind: "done", ...result, variants, encryptJobId: `enc-${jobId}` }, NOW);
}

function drafts(version: number, qualities = LADDER): KeyDraft[] {
  return qualities.map((quality) => ({
    keyId: `key-${version}-${quality}`,
    quality,
    wrappedKey: "wrapped",
    kekId: "k1",
    keyUriTemplate: "uri",
  }));
}

const BY = "enc";

const staged = (post: VideoPost, version: number, qualities = LADDER, jobId = BY) =>
  stageKeys(post, { fileId: "file", jobId }, drafts(version, qualities), version, STANDARD_POLICY_RULE, NOW);

function encrypted(
  post: VideoPost,
  keyVersion: number,
  qualities = LADDER,
  retireAt = NOW + 60_000,
  clearPrefix = partOf(post).clear?.prefix ?? "nothing",
  jobId = BY,
): Decision {
  const variants = qualities.map((quality) => variant(quality, 116));
  const prefix = `a-film/job-1/enc/k${keyVersion}-c1/`;
  const result = { kind: "done", jobId, clearPrefix, prefix, keyVersion, variants, retireAt } as const;
  return applyEncryptResult(post, "file", result, NOW);
}

function playingPost(): VideoPost {
  const clear = changed(transcoded(newPost())).post;
  return changed(encrypted(changed(staged(clear, 1)).post, 1)).post;
}

const keyStates = (post: VideoPost) => partOf(post).keys.map(({ keyId, status }) => `${keyId} ${status}`);

describe("a transcode that succeeded", () => {
  it("records the renditions and requests their encryption", () => {
    const { post, jobs, events } = changed(transcoded(newPost()));
    expect(partOf(post)).toMatchObject({
      transferResult: "SUCCESS",
      encryptStatus: "UNENCRYPTED",
      clear: { prefix: "a-film/job-1/c1/", transcodeJobId: "job-1" },
      playing: null,
      durationSeconds: 18,
      probe: PROBE,
      warnings: ["w"],
      failReason: null,
    });
    expect(partOf(post).variants).toEqual([{ transcodeJobId: "job-1", variants: LADDER.map((q) => variant(q, 100)) }]);
    expect(jobs).toEqual([{ jobId: "enc-job-1", fileId: "file", kind: "ENCRYPT" }]);
    expect(events).toEqual([]);
    expect(post).toMatchObject({ status: "TRANSCODING", durationSeconds: 18 });
  });

  it("clears the failure and the renditions of an earlier attempt", () => {
    const failed = changed(
      applyTranscodeResult(newPost(), "file", { kind: "failed", code: "encoder-failed", reason: "bad" }, NOW),
    ).post;
    const tried = setPart(failed, { variants: [{ transcodeJobId: "job-0", variants: [variant("360p", 1)] }] });
    const { post } = changed(transcoded(tried));
    expect(partOf(post)).toMatchObject({ transferResult: "SUCCESS", failReason: null });
    expect(partOf(post).variants.map((made) => made.transcodeJobId)).toEqual(["job-1"]);
  });

  it("changes nothing for viewers of a part that plays", () => {
    const before = playingPost();
    const { post, jobs } = changed(transcoded(before, "job-2", 25, ["1080p"]));
    const { playing, encryptStatus, durationSeconds, keys } = partOf(before);
    expect(partOf(post)).toMatchObject({ playing, encryptStatus, durationSeconds, keys });
    expect(partOf(post).clear).toEqual({ prefix: "a-film/job-2/c1/", transcodeJobId: "job-2" });
    expect(partOf(post).variants.map((made) => made.transcodeJobId)).toEqual(["job-1", "job-2"]);
    expect(jobs).toMatchObject([{ kind: "ENCRYPT" }]);
    expect(post.status).toBe(before.status);
  });
});

describe("a transcode that failed for good", () => {
  it("marks the part and the post", () => {
    const { post, jobs } = changed(
      applyTranscodeResult(newPost(), "file", { kind: "failed", code: "encoder-failed", reason: "No picture." }, NOW),
    );
    expect(partOf(post)).toMatchObject({ transferResult: "FAILED", failReason: "No picture." });
    expect(post.status).toBe("TRANSCODE_FAILED");
    expect(jobs).toEqual([]);
  });

  it("leaves a part that plays playing", () => {
    const before = playingPost();
    const { post } = changed(
      applyTranscodeResult(before, "file", { kind: "failed", code: "encoder-failed", reason: "No picture." }, NOW),
    );
    expect(partOf(post)).toEqual({ ...partOf(before), failCode: "encoder-failed", failReason: "No picture." });
    expect(post.status).toBe("PENDING_AUDIT");
  });
});

describe("staging keys", () => {
  const clear = changed(transcoded(newPost())).post;

  it("gives each quality a key of the next version, which is not served yet", () => {
    const { post, jobs } = changed(staged(clear, 1));
    expect(partOf(post).encryptStatus).toBe("ENCRYPTING");
    expect(partOf(post).keys).toEqual(
      drafts(1).map((draft) => ({
        ...{ ...draft, keyVersion: 1, stagedByJobId: BY, status: "STAGED", usableUntil: null, createdAt: NOW },
      })),
    );
    expect(jobs).toEqual([]);
  });

  it("writes missing default policies and keeps those that were set", () => {
    const set = { quality: "480p", policy: "DENIED", entitlement: null } as const;
    const { post } = changed(staged(setPart(clear, { qualityAuth: [set] }), 1));
    expect(partOf(post).qualityAuth).toEqual([set, { quality: "720p", policy: "ENTITLED", entitlement: "720p" }]);
  });

  it("makes every quality of a PUBLIC post public", () => {
    const publicPost = changed(transcoded(newPost({ access: "PUBLIC" }))).post;
    const { post } = changed(staged(publicPost, 1));
    expect(partOf(post).qualityAuth.map(({ policy }) => policy)).toEqual(["PUBLIC", "PUBLIC"]);
  });

  it("finds the keys again that an earlier claim of the same job has staged for the same qualities", () => {
    const { post } = changed(staged(clear, 1));
    expect(reusableStagedKeys(partOf(post), BY, LADDER)).toEqual(partOf(post).keys);
    expect(reusableStagedKeys(partOf(post), BY, LADDER.toReversed())).toEqual(partOf(post).keys.toReversed());
  });

  it.each<[string, Quality[]]>([
    ["fewer", ["720p"]],
    ["more", ["720p", "480p", "360p"]],
    ["others", ["720p", "360p"]],
    ["none", []],
  ])("finds none for %s qualities", (_, qualities) => {
    expect(reusableStagedKeys(partOf(changed(staged(clear, 1)).post), BY, qualities)).toBeNull();
  });

  it("finds none that another job has staged: its holders know them", () => {
    expect(reusableStagedKeys(partOf(changed(staged(clear, 1)).post), "another", LADDER)).toBeNull();
  });

  it("revokes for another job what was staged, although the qualities are the same", () => {
    const { post } = changed(staged(changed(staged(clear, 1)).post, 2, LADDER, "another"));
    expect(keyStates(post)).toEqual([
      "key-1-720p REVOKED",
      "key-1-480p REVOKED",
      "key-2-720p STAGED",
      "key-2-480p STAGED",
    ]);
  });

  it("finds none where nothing is staged", () => {
    expect(reusableStagedKeys(partOf(clear), BY, [])).toBeNull();
    expect(reusableStagedKeys(partOf(playingPost()), BY, LADDER)).toBeNull();
  });

  it("revokes for other qualities what was staged, and never repeats a version number", () => {
    const first = changed(staged(clear, 1)).post;
    const { post } = changed(staged(first, 2, ["720p"]));
    expect(keyStates(post)).toEqual(["key-1-720p REVOKED", "key-1-480p REVOKED", "key-2-720p STAGED"]);
    expect(() => staged(post, 2)).toThrow("key version 2 is not the next one");
  });

  it("leaves a part that plays as it is, but for the keys", () => {
    const before = playingPost();
    const { post } = changed(staged(before, 2));
    expect(partOf(post)).toEqual({ ...partOf(before), keys: partOf(post).keys, lastKeyVersion: 2 });
    expect(keyStates(post)).toEqual([
      "key-1-720p ACTIVE",
      "key-1-480p ACTIVE",
      "key-2-720p STAGED",
      "key-2-480p STAGED",
    ]);
  });
});

describe("an encryption that succeeded", () => {
  it("makes the part play: pointer, variants and keys in one change", () => {
    const post = playingPost();
    expect(partOf(post)).toMatchObject({
      encryptStatus: "ENCRYPTED",
      playing: { prefix: "a-film/job-1/enc/k1-c1/", transcodeJobId: "job-1", keyVersion: 1 },
      variants: [{ transcodeJobId: "job-1", variants: LADDER.map((quality) => variant(quality, 116)) }],
    });
    expect(keyStates(post)).toEqual(["key-1-720p ACTIVE", "key-1-480p ACTIVE"]);
    expect(post.status).toBe("PENDING_AUDIT");
  });

  it("publishes a post that publishes itself", () => {
    const clear = changed(transcoded(newPost({ autoPublish: true }))).post;
    const { post, events } = changed(encrypted(changed(staged(clear, 1)).post, 1));
    expect(post.status).toBe("PUBLISHED");
    expect(events).toMatchObject([{ type: "VideoAuditPassed", auditedBy: "system" }, { type: "VideoPostPublished" }]);
  });

  it("retires the keys of version 1 when version 2 is published, and moves the pointer", () => {
    const { post } = changed(encrypted(changed(staged(playingPost(), 2)).post, 2, LADDER, NOW + 5));
    expect(keyStates(post)).toEqual([
      "key-1-720p RETIRING",
      "key-1-480p RETIRING",
      "key-2-720p ACTIVE",
      "key-2-480p ACTIVE",
    ]);
    expect(partOf(post).keys.map((key) => key.usableUntil)).toEqual([NOW + 5, NOW + 5, null, null]);
    expect(partOf(post).playing).toEqual({ prefix: "a-film/job-1/enc/k2-c1/", transcodeJobId: "job-1", keyVersion: 2 });
  });

  it("keeps the end of version 1 when version 3 is published", () => {
    const second = changed(encrypted(changed(staged(playingPost(), 2)).post, 2, LADDER, NOW + 5)).post;
    const { post } = changed(encrypted(changed(staged(second, 3)).post, 3, LADDER, NOW + 9));
    expect(partOf(post).keys.map(({ keyVersion, usableUntil }) => [keyVersion, usableUntil])).toEqual([
      [1, NOW + 5],
      [1, NOW + 5],
      [2, NOW + 9],
      [2, NOW + 9],
      [3, null],
      [3, null],
    ]);
  });

  it("moves pointer and variants at once when a part is replaced", () => {
    const replaced = changed(transcoded(playingPost(), "job-2", 25)).post;
    const { post } = changed(encrypted(changed(staged(replaced, 2)).post, 2));
    expect(partOf(post).playing).toMatchObject({ transcodeJobId: "job-2", keyVersion: 2 });
    expect(partOf(post).variants.map((made) => made.transcodeJobId)).toEqual(["job-2"]);
  });

  const ready = changed(staged(changed(transcoded(newPost())).post, 1)).post;
  it.each<[string, Decision, string]>([
    ["a quality is missing", encrypted(ready, 1, ["720p"]), "qualities 720p were encrypted, 720p,480p were asked for"],
    [
      "there is one too many",
      encrypted(ready, 1, ["720p", "480p", "360p"]),
      "qualities 720p,480p,360p were encrypted, 720p,480p were asked for",
    ],
    ["the version is not staged", encrypted(ready, 2), "key version 2 is not staged by this job for 720p,480p"],
    [
      "the version is active already",
      encrypted(playingPost(), 1),
      "key version 1 is not staged by this job for 720p,480p",
    ],
    [
      "another job has staged the version",
      encrypted(ready, 1, LADDER, NOW, undefined, "another"),
      "key version 1 is not staged by this job for 720p,480p",
    ],
    [
      "the clear renditions were replaced",
      encrypted(ready, 1, LADDER, NOW, "a-film/job-0/c1/"),
      "the clear renditions have been replaced meanwhile",
    ],
    ["there is nothing clear", encrypted(newPost(), 1), "there are no clear renditions that it could have come from"],
  ])("is refused when %s", (_, decision, detail) => {
    expect(decision).toEqual({ kind: "refused", refusal: { kind: "invalid", detail } });
  });
});

describe("an encryption that failed for good", () => {
  const revoked = (post: VideoPost, version: number) =>
    partOf(post).keys.map((key) => (key.keyVersion === version ? { ...key, status: "REVOKED" } : key));

  it("marks the part, keeps the clear renditions, and revokes the keys that its holders know", () => {
    const ready = changed(staged(changed(transcoded(newPost())).post, 1)).post;
    const { post } = changed(
      applyEncryptResult(ready, "file", { kind: "failed", code: "encoder-failed", reason: "Disk full." }, NOW),
    );
    const ended = {
      encryptStatus: "FAILED",
      failCode: "encoder-failed",
      failReason: "Disk full.",
      keys: revoked(ready, 1),
    };
    expect(partOf(post)).toEqual({ ...partOf(ready), ...ended });
    expect(post.status).toBe("TRANSCODE_FAILED");
  });

  it("leaves a part that plays playing, under its old keys", () => {
    const rotating = changed(staged(playingPost(), 2)).post;
    const { post } = changed(
      applyEncryptResult(rotating, "file", { kind: "failed", code: "encoder-failed", reason: "Disk full." }, NOW),
    );
    expect(partOf(post)).toEqual({
      ...partOf(rotating),
      failCode: "encoder-failed",
      failReason: "Disk full.",
      keys: revoked(rotating, 2),
    });
    expect(post.status).toBe("PENDING_AUDIT");
  });
});

describe("what jobs report of a part", () => {
  const failed = { kind: "failed", code: "encoder-failed", reason: "" } as const;

  it("is refused when the post was deleted meanwhile", () => {
    const deleted = changed(deleteVideoPost(playingPost(), NOW)).post;
    const refusal = { kind: "refused", refusal: { kind: "deleted" } };
    expect(applyTranscodeResult(deleted, "file", failed, NOW)).toEqual(refusal);
    expect(transcoded(deleted)).toEqual(refusal);
    expect(staged(deleted, 2)).toEqual(refusal);
    expect(encrypted(deleted, 1)).toEqual(refusal);
  });

  it("is refused for a part that is not the post's", () => {
    const refusal = { kind: "refused", refusal: { kind: "not-found" } };
    expect(applyTranscodeResult(newPost(), "other", failed, NOW)).toEqual(refusal);
    expect(applyEncryptResult(newPost(), "other", failed, NOW)).toEqual(refusal);
    expect(stageKeys(newPost(), { fileId: "other", jobId: BY }, drafts(1), 1, STANDARD_POLICY_RULE, NOW)).toEqual(
      refusal,
    );
  });
});
