import { describe, expect, it } from "vitest";
import type { Failure } from "../job/failure.ts";
import type { VideoFile } from "../part/video-file.ts";
import type { VideoPost } from "../post/video-post.ts";
import { jobEvents } from "./announcements.ts";

const part = (id: string, more: Partial<VideoFile> = {}) =>
  ({ id, fileIndex: 2, versionState: "PRESENT", playing: null, clear: null, ...more }) as VideoFile;
const post = (files: readonly VideoFile[], otherVersions: readonly VideoFile[] = []) =>
  ({ files, otherVersions }) as VideoPost;
const playing = (transcodeJobId: string, keyVersion = 1) => ({ prefix: "p/", transcodeJobId, keyVersion });
const clear = (transcodeJobId: string) => ({ prefix: "c/", transcodeJobId });

const NO_PICTURE: Failure = { code: "no-video-or-audio", reason: "no picture" };
const events = (before: VideoPost, after: VideoPost, kind: "TRANSCODE" | "ENCRYPT", failure: Failure | null = null) =>
  jobEvents(before, after, { jobId: "j", kind, fileId: "f" }, failure);

describe("the result of a job", () => {
  it("announces a part when it plays for the first time, and its keys when they are rotated", () => {
    const first = post([part("f", { playing: playing("t1") })]);
    expect(events(post([part("f")]), first, "ENCRYPT")).toEqual([{ type: "VideoPartReady", fileIndex: 2 }]);
    expect(events(post([part("f")]), post([part("f")]), "TRANSCODE")).toEqual([]);
    const second = post([part("f", { playing: playing("t1", 2) })]);
    expect(events(first, second, "ENCRYPT")).toEqual([{ type: "VideoPartKeysRotated", fileIndex: 2, keyVersion: 2 }]);
  });

  it("announces a replacement as no new part, and its failure as that of a job alone", () => {
    const old = part("old", { playing: playing("t0") });
    const before = post([old], [part("f", { versionState: "NEXT" })]);
    const after = post([part("f", { playing: playing("t1") })], [{ ...old, versionState: "REPLACED" }]);
    expect(events(before, after, "ENCRYPT")).toEqual([]);
    expect(events(before, before, "TRANSCODE", NO_PICTURE)).toMatchObject([
      { type: "VideoJobFailed", fileIndex: 2, ...NO_PICTURE, effect: "nothing" },
    ]);
  });

  it.each([
    ["a part that never played", part("f"), "TRANSCODE", "part-failed"],
    ["a rotation", part("f", { playing: playing("t1"), clear: clear("t1") }), "ENCRYPT", "rotation-failed"],
    ["another transcode of what plays", part("f", { playing: playing("t1") }), "TRANSCODE", "nothing"],
  ] as const)("announces the failure of %s", (_, file, kind, effect) => {
    const failed = { type: "VideoJobFailed", jobId: "j", kind, fileIndex: 2, ...NO_PICTURE, effect };
    expect(events(post([file]), post([file]), kind, NO_PICTURE)).toEqual([failed]);
  });
});
