import { describe, expect, it } from "vitest";
import type { TranscodeJob } from "../job/transcode-job.ts";
import type { VideoFile } from "../part/video-file.ts";
import { createVideoPost, deleteVideoPost, settle, type VideoPost } from "../post/video-post.ts";
import { cancelEncoding, cancelPart, hasResultOf, refreshPost, resumePart } from "./recovery.ts";

const NOW = 1_700_000_000_000;

function postWith(part: Partial<VideoFile>, more: Partial<VideoPost> = {}): VideoPost {
  const source = { kind: "url", url: null } as const;
  const { post } = createVideoPost(
    {
      ...{ id: "post", authorId: "author", title: "A film", description: "", resourceType: "VIDEO", access: "POLICY" },
      ...{ interaction: { comments: true, liveComments: true }, autoPublish: false },
      files: [{ id: "file", jobId: "job", source, fileName: "film.mp4", fileSize: null }],
    },
    NOW,
  );
  return settle({ ...post, files: post.files.map((file) => ({ ...file, ...part })), ...more }, [], NOW).post;
}

const CLEAR = { prefix: "a-film/t1/c2/", transcodeJobId: "t1" };
const PLAYING = { prefix: "a-film/t1/enc/k1-c3/", transcodeJobId: "t1", keyVersion: 1 };

describe("an operator's retry", () => {
  const resumed = (post: VideoPost, kind: "TRANSCODE" | "ENCRYPT") => {
    const decision = resumePart(post, "file", kind, [], NOW);
    if (decision.kind !== "changed") throw new Error(decision.kind);
    const { status, files } = decision.change.post;
    const { transferResult, encryptStatus, failReason } = files[0]!;
    expect(failReason).toBeNull();
    expect(decision.change.jobs).toEqual([]);
    return [status, transferResult, encryptStatus];
  };

  it("puts a part whose transcode failed in processing again", () => {
    const failed = postWith({ transferResult: "FAILED", failReason: "It broke." });
    expect(failed.status).toBe("TRANSCODE_FAILED");
    expect(resumed(failed, "TRANSCODE")).toEqual(["TRANSCODING", "TRANSCODING", "UNENCRYPTED"]);
  });

  it("puts a part whose encryption failed in processing again", () => {
    const failed = { transferResult: "SUCCESS", encryptStatus: "FAILED", clear: CLEAR, failReason: "x" } as const;
    expect(resumed(postWith(failed), "ENCRYPT")).toEqual(["TRANSCODING", "SUCCESS", "UNENCRYPTED"]);
  });

  it("leaves a part that plays as it is, but for the reason of the failure", () => {
    const plays = {
      transferResult: "SUCCESS",
      encryptStatus: "ENCRYPTED",
      clear: CLEAR,
      playing: PLAYING,
      failReason: "x",
    } as const;
    for (const kind of ["TRANSCODE", "ENCRYPT"] as const) {
      expect(resumed(postWith(plays), kind)).toEqual(["PENDING_AUDIT", "SUCCESS", "ENCRYPTED"]);
    }
  });

  it("is refused where the post was deleted or the part is gone", () => {
    const deleted = deleteVideoPost(postWith({ transferResult: "FAILED" }), NOW);
    if (deleted.kind !== "changed") throw new Error(deleted.kind);
    expect(resumePart(deleted.change.post, "file", "TRANSCODE", [], NOW)).toMatchObject({
      refusal: { kind: "deleted" },
    });
    const gone = { refusal: { kind: "wrong-state", detail: expect.stringContaining("was replaced") } };
    expect(resumePart(postWith({}), "other", "TRANSCODE", [], NOW)).toMatchObject(gone);
    expect(cancelPart(postWith({}), "other", "TRANSCODE", NOW)).toMatchObject(gone);
  });
});

describe("the cancellation of an encoding", () => {
  const cancelled = (part: Partial<VideoFile>) => {
    const decision = cancelEncoding(postWith(part), "file", NOW);
    if (decision.kind !== "changed") throw new Error(decision.kind);
    return decision.change.post;
  };

  it("forgets what was measured, which a retry would take for the uploader's statement", () => {
    const probe = { container: "mp4", headerDuration: 18, video: null, audio: null };
    const post = cancelled({ transferResult: "SUCCESS", clear: CLEAR, durationSeconds: 18, probe });
    expect(post.files[0]).toMatchObject({ transferResult: "CANCELLED", durationSeconds: null, probe: null });
    expect(post.durationSeconds).toBe(0);
  });

  it("forgets the texts of the source, whose files are deleted, and keeps those of an editor", () => {
    const caption = (origin: "SOURCE" | "UPLOADED") => ({
      ...{ captionId: origin, origin, language: "en", name: origin, isDefault: false, isForced: false },
      ...{ characteristics: [], textId: origin, objectKey: `captions/${origin}`, cues: 1, bytes: 30 },
      ...{ createdAt: NOW, textChangedAt: NOW },
    });
    const items = [{ startSeconds: 0, title: "Start" }];
    const made = {
      transferResult: "SUCCESS",
      clear: CLEAR,
      captions: [caption("SOURCE"), caption("UPLOADED")],
    } as const;
    const [found] = cancelled({ ...made, mediaStart: 126_000, chapters: { origin: "SOURCE", items } }).files;
    expect(found).toMatchObject({ captions: [{ origin: "UPLOADED" }], chapters: null, mediaStart: null });
    const set = { origin: "SET", items } as const;
    expect(cancelled({ ...made, chapters: set }).files[0]).toMatchObject({ chapters: set });
  });

  it("keeps what the uploader stated", () => {
    expect(cancelled({ durationSeconds: 7 }).files[0]).toMatchObject({ durationSeconds: 7 });
  });
});

describe("the refresh of a post", () => {
  const ready = { transferResult: "SUCCESS", encryptStatus: "ENCRYPTED", durationSeconds: 18 } as const;

  it("changes nothing if the derived values equal the stored ones", () => {
    for (const part of [{}, ready, { transferResult: "FAILED" } as const]) {
      expect(refreshPost(postWith(part), NOW + 1)).toEqual({ kind: "unchanged", value: undefined });
    }
  });

  it.each([
    ["a status", { status: "DRAFT" }, { status: "PENDING_AUDIT", durationSeconds: 18 }],
    ["a duration", { durationSeconds: 17 }, { status: "PENDING_AUDIT", durationSeconds: 18 }],
    ["an audit that the post was to make itself", { autoPublish: true, audit: null }, { status: "PUBLISHED" }],
  ] as const)("corrects %s", (_what, stored, expected) => {
    const decision = refreshPost({ ...postWith(ready), ...stored }, NOW + 1);
    expect(decision).toMatchObject({ kind: "changed", change: { post: expected, jobs: [] } });
  });

  it("never brings a deleted post back", () => {
    const post = { ...postWith(ready), status: "DRAFT", deletedAt: NOW } as const;
    expect(refreshPost(post, NOW + 1)).toEqual({ kind: "unchanged", value: undefined });
  });
});

describe("whether a part has the result of a job already", () => {
  const job = (kind: TranscodeJob["kind"], jobId: string, claimNo: number) =>
    ({ kind, jobId, claimNo }) as TranscodeJob;
  const file = (part: Partial<VideoFile>) => postWith(part).files[0]!;

  it("is derived, for a transcode, from the prefix of the clear renditions, which names the job", () => {
    expect(hasResultOf(file({ clear: CLEAR }), job("TRANSCODE", "t1", 3), 0)).toBe(true);
    expect(hasResultOf(file({ clear: CLEAR }), job("TRANSCODE", "t2", 3), 0)).toBe(false);
    expect(hasResultOf(file({ clear: null }), job("TRANSCODE", "t1", 3), 0)).toBe(false);
  });

  it("is derived, for an encryption, from the claim number of what plays", () => {
    const plays = file({ clear: CLEAR, playing: PLAYING });
    expect(hasResultOf(plays, job("ENCRYPT", "e1", 4), 2)).toBe(true);
    expect(hasResultOf(plays, job("ENCRYPT", "e1", 3), 0)).toBe(true);
    expect(hasResultOf(plays, job("ENCRYPT", "e2", 4), 3)).toBe(false);
    expect(hasResultOf(file({ clear: CLEAR, playing: null }), job("ENCRYPT", "e1", 4), 0)).toBe(false);
  });

  it("is false for an encryption of newer clear renditions than those that play", () => {
    const replaced = file({ clear: { prefix: "a-film/t2/c1/", transcodeJobId: "t2" }, playing: PLAYING });
    expect(hasResultOf(replaced, job("ENCRYPT", "e1", 4), 2)).toBe(false);
  });
});
