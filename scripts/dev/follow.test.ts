import { describe, expect, it } from "vitest";
import type { PostView } from "./api.ts";
import { outcomeOf } from "./follow.ts";

function post(status: string, files: PostView["files"] = []): PostView {
  return { videoPostId: "p1", title: "a film", status, files };
}

describe("how a post's ingest ends", () => {
  it("is open while the post is on its way", () => {
    for (const status of ["DRAFT", "TRANSCODING", "PENDING_AUDIT"]) expect(outcomeOf(post(status))).toBeNull();
  });

  it("is good when the post is published, with the qualities that play", () => {
    const files = [{ fileIndex: 0, variants: [{ quality: "720p" }, { quality: "360p" }] }];
    expect(outcomeOf(post("PUBLISHED", files))).toEqual({ kind: "published", qualities: ["720p", "360p"] });
  });

  it("is bad, with the reason, when a part failed", () => {
    const files = [{ fileIndex: 0, failReason: "no moov atom", variants: [] }];
    expect(outcomeOf(post("TRANSCODE_FAILED", files))).toEqual({ kind: "failed", reason: "no moov atom" });
  });

  it("is bad when the post was rejected, deleted or is not there", () => {
    expect(outcomeOf(post("REJECTED"))).toEqual({ kind: "failed", reason: "the post is REJECTED" });
    expect(outcomeOf(post("DELETED"))).toEqual({ kind: "failed", reason: "the post is DELETED" });
    expect(outcomeOf(null)).toEqual({ kind: "failed", reason: "the post is gone" });
  });
});
