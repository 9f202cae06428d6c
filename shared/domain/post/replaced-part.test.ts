import { describe, expect, it } from "vitest";
import { applyEncryptResult, applyTranscodeResult } from "../job-outcomes/job-results.ts";
import { cancelPart } from "../job-outcomes/recovery.ts";
import { replacementOf } from "../part/part-versions.ts";
import { revokeKeyVersion } from "../rotation/key-rotation.ts";
import { discardReplacement, replacePart } from "./part-edits.ts";
import { applied, encrypted, NOW, part, playingPost, staged, transcoded, waitingPost } from "./ready-post.fixture.ts";
import {
  changeOf,
  KEYS_END,
  replaced,
  source,
  stagedAs,
  statuses,
  switchTo,
  transcodedAs,
  versionStates,
} from "./replaced-part.fixture.ts";
import { auditVideoPost } from "./review.ts";
import type { VideoPost } from "./video-post.ts";

describe("a part that plays and is replaced", () => {
  const before = playingPost();

  it("keeps everything that plays until the new source is encrypted", () => {
    const after = stagedAs(transcodedAs(replaced(before)), 2);
    expect(part(after)).toEqual(part(before));
    expect(after).toMatchObject({ status: "PUBLISHED", publishedAt: NOW, durationSeconds: 18 });
    expect(replacementOf(after, 0)).toMatchObject({ durationSeconds: 30, warnings: ["new"], lastKeyVersion: 2 });
  });

  it("plays the new source from one save on, with the policies of the old one", () => {
    const policy = { quality: "720p", policy: "DENIED", entitlement: null } as const;
    const withPolicy = { ...before, files: [{ ...part(before), position: 3, qualityAuth: [policy] }] };
    const { post, events, endedFiles } = switchTo(stagedAs(transcodedAs(replaced(withPolicy)), 2), 2);
    expect(part(post)).toMatchObject({ id: "new", fileIndex: 0, position: 3, versionState: "PRESENT" });
    expect(part(post)).toMatchObject({ playing: { prefix: "a-film/transcode-new/enc/k2-c1/", keyVersion: 2 } });
    expect(part(post).qualityAuth).toContainEqual(policy);
    expect(part(post).qualityAuth.map(({ quality }) => quality)).toEqual(["720p", "480p"]);
    expect(statuses(part(post).keys)).toEqual(["2 ACTIVE"]);
    expect(post).toMatchObject({ status: "PUBLISHED", durationSeconds: 30 });
    expect(versionStates(post)).toEqual([["file-0", "REPLACED"]]);
    expect(post.otherVersions[0]?.keys.every((key) => key.status === "RETIRING" && key.usableUntil === KEYS_END)).toBe(
      true,
    );
    expect(events).toEqual([
      { type: "VideoPartReplaced", fileIndex: 0, prefixes: ["a-film/transcode-0/c1/"], uploadIds: ["upload-0"] },
      { type: "PlayedVersionReplaced", prefix: "a-film/transcode-0/enc/k1-c1/", keysEnd: KEYS_END },
    ]);
    expect(endedFiles).toEqual(["file-0"]);
  });

  it("keeps an editor's own poster, and forgets which of its old candidates was chosen", () => {
    const own = { kind: "own", id: "own", format: "png", width: 2, height: 2, bytes: 9 } as const;
    for (const poster of [own, { kind: "candidate", number: 2 } as const]) {
      const chosen = { ...before, files: [{ ...part(before), poster }] };
      const { post, events } = switchTo(stagedAs(transcodedAs(replaced(chosen)), 2), 2);
      expect(part(post).poster).toEqual(poster.kind === "own" ? own : null);
      expect(post.otherVersions[0]).toMatchObject({ poster: null, images: null });
      expect(JSON.stringify(events)).not.toContain("posters/");
      const waiting = waitingPost();
      const replacedAtOnce = replaced({ ...waiting, files: [{ ...part(waiting), poster }, ...waiting.files.slice(1)] });
      expect(part(replacedAtOnce).poster).toEqual(poster.kind === "own" ? own : null);
    }
  });

  it("is rotated meanwhile from its own renditions, under another key version", () => {
    const rotated = encrypted(transcodedAs(replaced(before)), 2);
    expect(part(rotated).playing).toMatchObject({ transcodeJobId: "transcode-0", keyVersion: 2 });
    const { post } = switchTo(stagedAs(rotated, 3), 3);
    expect(part(post).playing).toMatchObject({ transcodeJobId: "transcode-new", keyVersion: 3 });
    expect(statuses(post.otherVersions[0]!.keys)).toEqual(["1 RETIRING", "2 RETIRING"]);
  });

  it("counts key versions by part, so that no two sources share one", () => {
    const both = staged(stagedAs(transcodedAs(replaced(before)), 2), 3);
    expect(() => staged(both, 3)).toThrow("key version 3");
    const { post } = switchTo(both, 2);
    expect(part(post).lastKeyVersion).toBe(3);
    // The job of the rotation ends with what it encrypted.
    expect(statuses(post.otherVersions[0]!.keys)).toEqual(["1 RETIRING", "3 REVOKED"]);
  });

  it.each([
    ["fails to transcode", (post: VideoPost) => applyTranscodeResult(post, "new", FAILED, NOW), "transferResult"],
    [
      "fails to encrypt",
      (post: VideoPost) => applyEncryptResult(transcodedAs(post), "new", FAILED, NOW),
      "encryptStatus",
    ],
  ] as const)("stays published when the new source %s", (_, fail, field) => {
    const post = applied(fail(replaced(before)));
    expect(part(post)).toEqual(part(before));
    expect(post.status).toBe("PUBLISHED");
    expect(replacementOf(post, 0)).toMatchObject({ [field]: "FAILED", failReason: "broken" });
  });

  it("stays as it is when the job of the new source is cancelled", () => {
    const post = applied(cancelPart(replaced(before), "new", "TRANSCODE", NOW));
    expect(part(post)).toEqual(part(before));
    expect(replacementOf(post, 0)).toMatchObject({ transferResult: "CANCELLED" });
  });

  it("supersedes a replacement in progress, whose job, keys, upload and objects end", () => {
    const first = stagedAs(transcodedAs(replaced(before)), 2);
    const { post, events, endedFiles, jobs } = changeOf(replacePart(first, 0, source("newer"), "keep", NOW));
    expect(part(post)).toEqual(part(before));
    expect(versionStates(post)).toEqual([
      ["new", "DISCARDED"],
      ["newer", "NEXT"],
    ]);
    expect(statuses(post.otherVersions[0]!.keys)).toEqual(["2 REVOKED"]);
    expect(events).toEqual([
      {
        type: "VideoPartSourceDiscarded",
        fileIndex: 0,
        prefixes: ["a-film/transcode-new/c1/"],
        uploadIds: ["upload-new"],
      },
      { type: "VideoPartReplacementRequested", fileIndex: 0 },
    ]);
    expect(endedFiles).toEqual(["new"]);
    expect(jobs).toEqual([{ jobId: "transcode-newer", fileId: "newer", kind: "TRANSCODE" }]);
    expect(applyTranscodeResult(post, "new", FAILED, NOW)).toMatchObject({ refusal: { kind: "not-found" } });
    expect(replacementOf(post, 0)?.lastKeyVersion).toBe(2);
  });

  it("continues when its replacement is given up, and uses no key version of it again", () => {
    const { post, endedFiles } = changeOf(discardReplacement(stagedAs(transcodedAs(replaced(before)), 2), 0, NOW));
    expect(part(post)).toEqual({ ...part(before), lastKeyVersion: 2 });
    expect(versionStates(post)).toEqual([["new", "DISCARDED"]]);
    expect(endedFiles).toEqual(["new"]);
    expect(discardReplacement(before, 0, NOW).kind).toBe("unchanged");
  });

  it("loses keys of a replaced version that are revoked", () => {
    const { post } = switchTo(stagedAs(transcodedAs(replaced(before)), 2), 2);
    const decision = revokeKeyVersion(post, 0, 1, NOW);
    expect(decision).toMatchObject({ value: { outcome: "revoked", stopsPlayback: false } });
    expect(statuses(applied(decision).otherVersions[0]!.keys)).toEqual(["1 REVOKED"]);
  });

  it("keeps the keys of other parts when a version of its keys is revoked", () => {
    const two = encrypted(transcoded(encrypted(transcoded(waitingPost(2)), 1, 0), 1), 1, 1);
    const revoked = applied(revokeKeyVersion(two, 0, 1, NOW));
    expect(revoked.files.map(({ keys }) => statuses(keys))).toEqual([["1 REVOKED"], ["1 ACTIVE"]]);
  });

  it("drops replaced versions once their keys have ended, so that a part that is replaced often stays small", () => {
    const { post } = switchTo(stagedAs(transcodedAs(replaced(before)), 2), 2);
    const late = { ...post, otherVersions: post.otherVersions.map((file) => endedBy(file)) };
    const again = switchTo(stagedAs(transcodedAs(replaced(late, "b"), "b"), 3, "b"), 3, "b").post;
    expect(versionStates(again)).toEqual([
      ["file-0", "DISCARDED"],
      ["new", "REPLACED"],
    ]);
  });
});

const FAILED = { kind: "failed", code: "encoder-failed", reason: "broken" } as const;

function endedBy(file: VideoPost["files"][number]): VideoPost["files"][number] {
  return { ...file, keys: file.keys.map((key) => ({ ...key, usableUntil: NOW - 1 })) };
}

describe("a part that never played and is replaced", () => {
  it.each([
    ["waits", waitingPost()],
    ["failed", applied(applyTranscodeResult(waitingPost(), "file-0", FAILED, NOW))],
    ["is being encrypted", staged(transcoded(waitingPost()))],
  ])("gives its source up at once when it %s", (_, before) => {
    const { post, events, endedFiles } = changeOf(replacePart(before, 0, source("new"), "keep", NOW));
    expect(post.files.map(({ id, fileIndex, versionState }) => [id, fileIndex, versionState])).toEqual([
      ["new", 0, "PRESENT"],
    ]);
    expect(post).toMatchObject({ status: "TRANSCODING", nextFileIndex: 1 });
    expect(part(post)).toMatchObject({ transferResult: "TRANSCODING", encryptStatus: "UNENCRYPTED", failReason: null });
    expect(part(post).lastKeyVersion).toBe(part(before).lastKeyVersion);
    expect(part(post).qualityAuth).toEqual(part(before).qualityAuth);
    expect(versionStates(post)).toEqual([["file-0", "DISCARDED"]]);
    expect(endedFiles).toEqual(["file-0"]);
    expect(events).toMatchObject([{ type: "VideoPartSourceDiscarded", fileIndex: 0, uploadIds: ["upload-0"] }]);
  });
});

describe("an unpublished post with a replacement in progress", () => {
  const rejection = { result: "REJECTED", reason: "dark", by: "r" } as const;
  const rejected = applied(auditVideoPost(playingPost(), rejection, NOW));

  it("is reviewed when the replacement is ready, because that is what will play", () => {
    const waiting = replaced(rejected);
    expect(waiting.status).toBe("TRANSCODING");
    const pass = { result: "PASSED", reason: null, by: "r" } as const;
    expect(auditVideoPost(waiting, pass, NOW)).toMatchObject({ refusal: { kind: "wrong-state" } });
    const { post } = switchTo(stagedAs(transcodedAs(waiting), 2), 2);
    expect(post.status).toBe("REJECTED");
    expect(applied(auditVideoPost(post, pass, NOW)).status).toBe("PUBLISHED");
  });
});
