import { describe, expect, it } from "vitest";
import {
  applied,
  encrypted,
  NOW,
  part,
  playingPost,
  staged,
  transcoded,
  waitingPost,
} from "../post/ready-post.fixture.ts";
import { deleteVideoPost, type VideoPost } from "../post/video-post.ts";
import { revokeKeyVersion, rotateKeys } from "./key-rotation.ts";

const statuses = (post: VideoPost) =>
  part(post).keys.map((key) => `${key.keyVersion} ${key.quality} ${key.status} ${key.usableUntil}`);

describe("the revocation of a key version", () => {
  it("revokes all its keys, moves nothing, and reports that nothing plays any more", () => {
    const before = playingPost();
    const decision = revokeKeyVersion(before, 0, 1, NOW);
    expect(decision).toMatchObject({ value: { outcome: "revoked", stopsPlayback: true } });
    const after = applied(decision);
    expect(statuses(after)).toEqual(["1 720p REVOKED null", "1 480p REVOKED null"]);
    expect(part(after).playing).toEqual(part(before).playing);
    expect(after.status).toBe("PUBLISHED");
  });

  it("ends the grace of a retiring version, and what plays continues", () => {
    const decision = revokeKeyVersion(encrypted(playingPost(), 2), 0, 1, NOW);
    expect(decision).toMatchObject({ value: { outcome: "revoked", stopsPlayback: false } });
    expect(statuses(applied(decision))).toEqual([
      "1 720p REVOKED null",
      "1 480p REVOKED null",
      "2 720p ACTIVE null",
      "2 480p ACTIVE null",
    ]);
  });

  it("changes nothing the second time", () => {
    const revoked = applied(revokeKeyVersion(playingPost(), 0, 1, NOW));
    const value = { outcome: "unchanged", stopsPlayback: true };
    expect(revokeKeyVersion(revoked, 0, 1, NOW)).toEqual({ kind: "unchanged", value });
  });

  it("is undone only by a rotation, which never repeats the number", () => {
    const revoked = applied(revokeKeyVersion(playingPost(), 0, 1, NOW));
    const rotated = encrypted(revoked, 2);
    expect(statuses(rotated)).toEqual([
      "1 720p REVOKED null",
      "1 480p REVOKED null",
      "2 720p ACTIVE null",
      "2 480p ACTIVE null",
    ]);
    expect(part(rotated).playing?.keyVersion).toBe(2);
  });

  it("takes a staged version from its job, and what plays continues", () => {
    const decision = revokeKeyVersion(staged(playingPost(), 2), 0, 2, NOW);
    expect(decision).toMatchObject({
      value: { outcome: "revoked", stopsPlayback: false },
      change: { takenBack: ["encrypt-0-2"], jobs: [] },
    });
    expect(statuses(applied(decision))).toEqual([
      "1 720p ACTIVE null",
      "1 480p ACTIVE null",
      "2 720p REVOKED null",
      "2 480p REVOKED null",
    ]);
    expect(revokeKeyVersion(playingPost(), 0, 1, NOW)).toMatchObject({ change: { takenBack: [] } });
  });

  it("is refused for an unknown part or version", () => {
    const post = staged(playingPost(), 2);
    expect(revokeKeyVersion(post, 0, 3, NOW)).toMatchObject({ refusal: { kind: "invalid" } });
    expect(revokeKeyVersion(post, 1, 1, NOW)).toMatchObject({ refusal: { kind: "not-found" } });
    const deleted = applied(deleteVideoPost(post, NOW));
    expect(revokeKeyVersion(deleted, 0, 1, NOW)).toMatchObject({ refusal: { kind: "deleted" } });
  });
});

describe("the rotation of a post", () => {
  const newId = () => {
    let n = 0;
    return () => `job-${++n}`;
  };
  const mixed = () => {
    let post = waitingPost(3);
    for (const index of [0, 2]) post = encrypted(transcoded(post, index), 1, index);
    return post;
  };

  it("requests one encryption for each part that plays, and gives a reason for the others", () => {
    const post = mixed();
    const decision = rotateKeys(post, null, newId(), NOW);
    if (decision.kind !== "changed") throw new Error(decision.kind);
    expect(decision.value.map(({ fileIndex, plan }) => [fileIndex, plan])).toEqual([
      [0, { kind: "job", jobId: "job-1" }],
      [1, { kind: "not-playing" }],
      [2, { kind: "job", jobId: "job-2" }],
    ]);
    expect(decision.change.jobs).toEqual([
      { jobId: "job-1", fileId: "file-0", kind: "ENCRYPT" },
      { jobId: "job-2", fileId: "file-2", kind: "ENCRYPT" },
    ]);
    expect(decision.change.post.files).toEqual(post.files);
    expect(decision.change.events).toEqual([]);
  });

  it("may be of one part", () => {
    const decision = rotateKeys(mixed(), 2, newId(), NOW);
    expect(decision).toMatchObject({ change: { jobs: [{ fileId: "file-2" }] }, value: [{ fileIndex: 2 }] });
  });

  it("may be of a part whose keys were revoked", () => {
    const revoked = applied(revokeKeyVersion(playingPost(), 0, 1, NOW));
    expect(rotateKeys(revoked, 0, newId(), NOW)).toMatchObject({ change: { jobs: [{ kind: "ENCRYPT" }] } });
  });

  it("saves nothing when there is nothing to rotate", () => {
    expect(rotateKeys(mixed(), 1, newId(), NOW)).toMatchObject({ kind: "unchanged", value: [{ fileIndex: 1 }] });
    const playing = playingPost();
    const without = { ...playing, files: [{ ...part(playing), clear: null }] };
    expect(rotateKeys(without, null, newId(), NOW)).toMatchObject({
      kind: "unchanged",
      value: [{ plan: { kind: "no-clear-renditions" } }],
    });
  });

  it("is refused for a part that is not there, and for a post that was deleted", () => {
    expect(rotateKeys(mixed(), 3, newId(), NOW)).toMatchObject({ refusal: { kind: "not-found" } });
    const deleted = applied(deleteVideoPost(mixed(), NOW));
    expect(rotateKeys(deleted, null, newId(), NOW)).toMatchObject({ refusal: { kind: "deleted" } });
  });
});
