import { describe, expect, it } from "vitest";
import { addParts, discardReplacement, MOST_PARTS, removePart, reorderParts, replacePart } from "./part-edits.ts";
import { applied, encrypted, NOW, playingPost, transcoded, waitingPost } from "./ready-post.fixture.ts";
import {
  changeOf,
  replaced,
  source,
  stagedAs,
  switchTo,
  transcodedAs,
  versionStates,
} from "./replaced-part.fixture.ts";
import { deleteVideoPost, type VideoPost } from "./video-post.ts";

describe("a part that is added", () => {
  it("gets the next index and position and a transcode job", () => {
    const { post, jobs, events } = changeOf(addParts(playingPost(), [source("x"), source("y")], "keep", NOW));
    expect(post.files.map(({ fileIndex, position }) => [fileIndex, position])).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
    ]);
    expect(jobs.map(({ fileId, kind }) => [fileId, kind])).toEqual([
      ["x", "TRANSCODE"],
      ["y", "TRANSCODE"],
    ]);
    expect(events).toEqual([
      { type: "VideoPartAdded", fileIndex: 1 },
      { type: "VideoPartAdded", fileIndex: 2 },
    ]);
    expect(post).toMatchObject({ status: "PUBLISHED", publishedAt: NOW });
  });

  it("is refused beyond the limit of parts, which removed parts do not count for", () => {
    const full = waitingPost(MOST_PARTS);
    expect(addParts(full, [source("x")], "keep", NOW)).toMatchObject({ refusal: { kind: "wrong-state" } });
    const less = applied(removePart(full, 7, "keep", NOW));
    const more = applied(addParts(less, [source("x")], "keep", NOW));
    expect(more.files.at(-1)).toMatchObject({ fileIndex: MOST_PARTS, position: MOST_PARTS - 1 });
  });

  it("starts a draft without parts", () => {
    const draft = applied(removePart(waitingPost(), 0, "keep", NOW));
    expect(draft.status).toBe("DRAFT");
    expect(applied(addParts(draft, [source("x")], "keep", NOW))).toMatchObject({ status: "TRANSCODING" });
  });
});

describe("a part that is removed", () => {
  const two = encrypted(transcoded(encrypted(transcoded(waitingPost(2)), 1, 0), 1), 1, 1);

  it("leaves with every version of it, its keys, jobs, objects and uploads", () => {
    const { post: switched } = switchTo(stagedAs(transcodedAs(replaced(two)), 2), 2);
    const { post, events, endedFiles } = changeOf(removePart(replaced(switched, "third"), 0, "keep", NOW));
    expect(post.files.map(({ fileIndex, position }) => [fileIndex, position])).toEqual([[1, 0]]);
    expect(new Map(versionStates(post) as [string, string][])).toEqual(
      new Map([
        ["new", "REMOVED"],
        ["file-0", "DISCARDED"],
        ["third", "DISCARDED"],
      ]),
    );
    expect(post.otherVersions.flatMap(({ keys }) => keys).every(({ status }) => status === "REVOKED")).toBe(true);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ type: "VideoPartRemoved", fileIndex: 0 });
    expect(events[0]).toMatchObject({ uploadIds: expect.arrayContaining(["upload-0", "upload-new", "upload-third"]) });
    const gone = ["a-film/transcode-0/enc/k1-c1/", "a-film/transcode-new/c1/", "a-film/transcode-new/enc/k2-c1/"];
    expect(events[0]).toMatchObject({ prefixes: expect.arrayContaining(gone) });
    expect(endedFiles?.toSorted()).toEqual(["file-0", "new", "third"]);
    expect(post).toMatchObject({ status: "PUBLISHED", durationSeconds: 18, nextFileIndex: 2 });
  });

  it("is refused as the last part that plays of a published post", () => {
    expect(removePart(playingPost(), 0, "keep", NOW)).toMatchObject({ refusal: { kind: "wrong-state" } });
    const waiting = applied(addParts(playingPost(), [source("x")], "keep", NOW));
    expect(removePart(waiting, 0, "keep", NOW)).toMatchObject({ refusal: { kind: "wrong-state" } });
    expect(removePart(waiting, 1, "keep", NOW).kind).toBe("changed");
  });

  it("is not removed twice, is no part for another edit, and its index is never used again", () => {
    const post = applied(removePart(two, 0, "keep", NOW));
    const loaded = { ...post, otherVersions: [] };
    expect(removePart(loaded, 0, "keep", NOW).kind).toBe("unchanged");
    expect(replacePart(loaded, 0, source("x"), "keep", NOW)).toMatchObject({ refusal: { kind: "deleted" } });
    expect(removePart(loaded, 2, "keep", NOW)).toMatchObject({ refusal: { kind: "not-found" } });
    expect(applied(addParts(loaded, [source("x")], "keep", NOW)).files.at(-1)?.fileIndex).toBe(2);
  });
});

describe("the order of parts", () => {
  const three = waitingPost(3);

  it("is set whole, and saved only where it differs", () => {
    const { post, events } = changeOf(reorderParts(three, [2, 0, 1], "keep", NOW));
    expect(post.files.map(({ fileIndex, position }) => [fileIndex, position])).toEqual([
      [2, 0],
      [0, 1],
      [1, 2],
    ]);
    expect(events).toEqual([{ type: "VideoPartsReordered", fileIndexes: [2, 0, 1] }]);
    expect(reorderParts(post, [2, 0, 1], "keep", NOW).kind).toBe("unchanged");
  });

  it.each([[[0, 1]], [[0, 1, 1]], [[0, 1, 2, 3]], [[0, 1, 3]], [[]]])("is refused as %j", (fileIndexes) => {
    expect(reorderParts(three, fileIndexes, "keep", NOW)).toMatchObject({ refusal: { kind: "invalid" } });
  });
});

describe("with the rule that edited posts return to review", () => {
  const reviewed = { ...playingPost(), autoPublish: false };

  it.each([
    ["adding", (post: VideoPost) => addParts(post, [source("x")], "review", NOW), "TRANSCODING"],
    ["replacing", (post: VideoPost) => replacePart(post, 0, source("x"), "review", NOW), "TRANSCODING"],
    ["removing", (post: VideoPost) => removePart(post, 0, "review", NOW), "DRAFT"],
  ] as const)("%s a part of a published post unpublishes it", (_, edit, status) => {
    const { post, events } = changeOf(edit(reviewed));
    expect(post).toMatchObject({ status, publishedAt: null, audit: null });
    expect(events).toContainEqual({ type: "VideoPostUnpublished" });
  });
});

describe("a deleted post", () => {
  const deleted = applied(deleteVideoPost(replaced(playingPost()), NOW));

  it.each([
    ["addition", addParts(deleted, [source("x")], "keep", NOW)],
    ["replacement", replacePart(deleted, 0, source("x"), "keep", NOW)],
    ["discarded replacement", discardReplacement(deleted, 0, NOW)],
    ["removal", removePart(deleted, 0, "keep", NOW)],
    ["new order", reorderParts(deleted, [0], "keep", NOW)],
  ])("refuses every %s", (_, decision) => {
    expect(decision).toMatchObject({ kind: "refused", refusal: { kind: "deleted" } });
  });

  it("names the uploads and objects of replacements too", () => {
    const { events } = changeOf(deleteVideoPost(transcodedAs(replaced(playingPost())), NOW));
    expect(events[0]).toMatchObject({ uploadIds: ["upload-0", "upload-new"] });
    expect(events[0]).toMatchObject({ prefixes: expect.arrayContaining(["a-film/transcode-new/c1/"]) });
  });
});
