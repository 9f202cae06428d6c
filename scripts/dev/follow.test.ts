import { describe, expect, it } from "vitest";
import { type FollowedPost, outcomeOf } from "./follow.ts";

function post(status: FollowedPost["status"], files: FollowedPost["files"] = []): FollowedPost {
  return { status, files };
}

describe("how a post's ingest ends", () => {
  it("is open while the post is on its way", () => {
    for (const status of ["DRAFT", "TRANSCODING", "PENDING_AUDIT"] as const) expect(outcomeOf(post(status))).toBeNull();
  });

  it("is good when the post is published, with the qualities that play", () => {
    const files = [{ failReason: null, variants: [{ quality: "720p" }, { quality: "360p" }] }] as const;
    expect(outcomeOf(post("PUBLISHED", files))).toEqual({ kind: "published", qualities: ["720p", "360p"] });
  });

  it("is bad, with the reason, when a part failed", () => {
    const files = [{ failReason: "no moov atom", variants: [] }];
    expect(outcomeOf(post("TRANSCODE_FAILED", files))).toEqual({ kind: "failed", reason: "no moov atom" });
  });

  it("is bad when the post was rejected, deleted or is not there", () => {
    expect(outcomeOf(post("REJECTED"))).toEqual({ kind: "failed", reason: "the post is REJECTED" });
    expect(outcomeOf(post("DELETED"))).toEqual({ kind: "failed", reason: "the post is DELETED" });
    expect(outcomeOf(null)).toEqual({ kind: "failed", reason: "the post is gone" });
  });
});
