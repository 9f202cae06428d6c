import { describe, expect, it } from "vitest";
import { type Decision, VIDEO_POST_STATUSES, type VideoPost, type VideoPostStatus } from "../post/video-post.ts";
import { eventsOfChange } from "../webhooks/change-events.ts";
import { GIVEN, WHEN } from "./state-table.fixture.ts";

/*
 * Every status with every command: the status and the events after the change, `unchanged`, or the kind of the refusal.
 * A status or a command without an expectation fails the type check.
 */

type Command = keyof typeof WHEN;

const UNCHANGED = "unchanged";
const WRONG_STATE = "refused: wrong-state";
const INVALID = "refused: invalid";
const NOT_FOUND = "refused: not-found";
const REFUSED_AS_DELETED = "refused: deleted";

const THEN: Readonly<Record<Command, Readonly<Record<VideoPostStatus, string>>>> = {
  "update texts": {
    DRAFT: "DRAFT",
    TRANSCODING: "TRANSCODING",
    TRANSCODE_FAILED: "TRANSCODE_FAILED",
    PROCESSING_CANCELLED: "PROCESSING_CANCELLED",
    PENDING_AUDIT: "PENDING_AUDIT",
    PUBLISHED: "PUBLISHED + PublishedVideoChanged",
    REJECTED: "REJECTED",
    DELETED: REFUSED_AS_DELETED,
  },
  submit: {
    DRAFT: WRONG_STATE,
    TRANSCODING: UNCHANGED,
    TRANSCODE_FAILED: UNCHANGED,
    PROCESSING_CANCELLED: UNCHANGED,
    PENDING_AUDIT: UNCHANGED,
    PUBLISHED: WRONG_STATE,
    REJECTED: "PENDING_AUDIT",
    DELETED: REFUSED_AS_DELETED,
  },
  "audit: pass": {
    DRAFT: WRONG_STATE,
    TRANSCODING: WRONG_STATE,
    TRANSCODE_FAILED: WRONG_STATE,
    PROCESSING_CANCELLED: WRONG_STATE,
    PENDING_AUDIT: "PUBLISHED + VideoAuditPassed + VideoPostPublished + UploadsReleased",
    PUBLISHED: UNCHANGED,
    REJECTED: "PUBLISHED + VideoAuditPassed + VideoPostPublished + UploadsReleased",
    DELETED: REFUSED_AS_DELETED,
  },
  "audit: reject": {
    DRAFT: WRONG_STATE,
    TRANSCODING: WRONG_STATE,
    TRANSCODE_FAILED: WRONG_STATE,
    PROCESSING_CANCELLED: WRONG_STATE,
    PENDING_AUDIT: "REJECTED + VideoAuditRejected",
    PUBLISHED: "REJECTED + VideoAuditRejected + VideoPostUnpublished",
    REJECTED: "REJECTED + VideoAuditRejected",
    DELETED: REFUSED_AS_DELETED,
  },
  withdraw: {
    DRAFT: WRONG_STATE,
    TRANSCODING: WRONG_STATE,
    TRANSCODE_FAILED: WRONG_STATE,
    PROCESSING_CANCELLED: WRONG_STATE,
    PENDING_AUDIT: WRONG_STATE,
    PUBLISHED: "PENDING_AUDIT + VideoPostUnpublished",
    REJECTED: WRONG_STATE,
    DELETED: REFUSED_AS_DELETED,
  },
  "change interaction": {
    DRAFT: "DRAFT + VideoPostInteractionChanged",
    TRANSCODING: "TRANSCODING + VideoPostInteractionChanged",
    TRANSCODE_FAILED: "TRANSCODE_FAILED + VideoPostInteractionChanged",
    PROCESSING_CANCELLED: "PROCESSING_CANCELLED + VideoPostInteractionChanged",
    PENDING_AUDIT: "PENDING_AUDIT + VideoPostInteractionChanged",
    PUBLISHED: "PUBLISHED + VideoPostInteractionChanged",
    REJECTED: "REJECTED + VideoPostInteractionChanged",
    DELETED: REFUSED_AS_DELETED,
  },
  delete: {
    DRAFT: "DELETED + VideoPostDeleted",
    TRANSCODING: "DELETED + VideoPostDeleted",
    TRANSCODE_FAILED: "DELETED + VideoPostDeleted",
    PROCESSING_CANCELLED: "DELETED + VideoPostDeleted",
    PENDING_AUDIT: "DELETED + VideoPostDeleted",
    PUBLISHED: "DELETED + VideoPostDeleted",
    REJECTED: "DELETED + VideoPostDeleted",
    DELETED: UNCHANGED,
  },
  "generate keys": {
    DRAFT: NOT_FOUND,
    TRANSCODING: "TRANSCODING",
    TRANSCODE_FAILED: "TRANSCODE_FAILED",
    PROCESSING_CANCELLED: "PROCESSING_CANCELLED",
    PENDING_AUDIT: "PENDING_AUDIT",
    PUBLISHED: "PUBLISHED",
    REJECTED: "REJECTED",
    DELETED: REFUSED_AS_DELETED,
  },
  "transcode succeeds": {
    DRAFT: NOT_FOUND,
    TRANSCODING: "TRANSCODING",
    TRANSCODE_FAILED: "TRANSCODING",
    PROCESSING_CANCELLED: "TRANSCODING",
    PENDING_AUDIT: "PENDING_AUDIT",
    PUBLISHED: "PUBLISHED",
    REJECTED: "REJECTED",
    DELETED: REFUSED_AS_DELETED,
  },
  "transcode fails": {
    DRAFT: NOT_FOUND,
    TRANSCODING: "TRANSCODE_FAILED",
    TRANSCODE_FAILED: "TRANSCODE_FAILED",
    PROCESSING_CANCELLED: "TRANSCODE_FAILED",
    PENDING_AUDIT: "PENDING_AUDIT",
    PUBLISHED: "PUBLISHED",
    REJECTED: "REJECTED",
    DELETED: REFUSED_AS_DELETED,
  },
  "encryption succeeds": {
    DRAFT: NOT_FOUND,
    TRANSCODING: "PENDING_AUDIT",
    TRANSCODE_FAILED: "PENDING_AUDIT",
    PROCESSING_CANCELLED: "PENDING_AUDIT",
    PENDING_AUDIT: "PENDING_AUDIT + PlayedVersionReplaced",
    PUBLISHED: "PUBLISHED + PlayedVersionReplaced",
    REJECTED: "REJECTED + PlayedVersionReplaced",
    DELETED: REFUSED_AS_DELETED,
  },
  "encryption fails": {
    DRAFT: NOT_FOUND,
    TRANSCODING: "TRANSCODE_FAILED",
    TRANSCODE_FAILED: "TRANSCODE_FAILED",
    PROCESSING_CANCELLED: "TRANSCODE_FAILED",
    PENDING_AUDIT: "PENDING_AUDIT",
    PUBLISHED: "PUBLISHED",
    REJECTED: "REJECTED",
    DELETED: REFUSED_AS_DELETED,
  },
  "cancel transcode": {
    DRAFT: WRONG_STATE,
    TRANSCODING: "PROCESSING_CANCELLED",
    TRANSCODE_FAILED: "TRANSCODE_FAILED",
    PROCESSING_CANCELLED: "PROCESSING_CANCELLED",
    PENDING_AUDIT: "PENDING_AUDIT",
    PUBLISHED: "PUBLISHED",
    REJECTED: "REJECTED",
    DELETED: REFUSED_AS_DELETED,
  },
  "retry transcode": {
    DRAFT: WRONG_STATE,
    TRANSCODING: "TRANSCODING",
    TRANSCODE_FAILED: "TRANSCODING",
    PROCESSING_CANCELLED: "TRANSCODING",
    PENDING_AUDIT: "PENDING_AUDIT",
    PUBLISHED: "PUBLISHED",
    REJECTED: "REJECTED",
    DELETED: REFUSED_AS_DELETED,
  },
  "retry encryption": {
    DRAFT: WRONG_STATE,
    TRANSCODING: WRONG_STATE,
    TRANSCODE_FAILED: WRONG_STATE,
    PROCESSING_CANCELLED: WRONG_STATE,
    PENDING_AUDIT: "PENDING_AUDIT",
    PUBLISHED: "PUBLISHED",
    REJECTED: "REJECTED",
    DELETED: REFUSED_AS_DELETED,
  },
  "retry failed encryption": {
    DRAFT: WRONG_STATE,
    TRANSCODING: "TRANSCODING",
    TRANSCODE_FAILED: "TRANSCODING",
    PROCESSING_CANCELLED: "TRANSCODING",
    PENDING_AUDIT: "PENDING_AUDIT",
    PUBLISHED: "PUBLISHED",
    REJECTED: "REJECTED",
    DELETED: REFUSED_AS_DELETED,
  },
  "cancel encryption": {
    DRAFT: WRONG_STATE,
    TRANSCODING: "PROCESSING_CANCELLED",
    TRANSCODE_FAILED: "PROCESSING_CANCELLED",
    PROCESSING_CANCELLED: "PROCESSING_CANCELLED",
    PENDING_AUDIT: "PENDING_AUDIT",
    PUBLISHED: "PUBLISHED",
    REJECTED: "REJECTED",
    DELETED: REFUSED_AS_DELETED,
  },
  "add part": {
    DRAFT: "TRANSCODING + VideoPartAdded",
    TRANSCODING: "TRANSCODING + VideoPartAdded",
    TRANSCODE_FAILED: "TRANSCODE_FAILED + VideoPartAdded",
    PROCESSING_CANCELLED: "PROCESSING_CANCELLED + VideoPartAdded",
    PENDING_AUDIT: "TRANSCODING + VideoPartAdded",
    PUBLISHED: "PUBLISHED + VideoPartAdded",
    REJECTED: "TRANSCODING + VideoPartAdded",
    DELETED: REFUSED_AS_DELETED,
  },
  "add part: review": {
    DRAFT: "TRANSCODING + VideoPartAdded",
    TRANSCODING: "TRANSCODING + VideoPartAdded",
    TRANSCODE_FAILED: "TRANSCODE_FAILED + VideoPartAdded",
    PROCESSING_CANCELLED: "PROCESSING_CANCELLED + VideoPartAdded",
    PENDING_AUDIT: "TRANSCODING + VideoPartAdded",
    PUBLISHED: "TRANSCODING + VideoPartAdded + VideoPostUnpublished",
    REJECTED: "TRANSCODING + VideoPartAdded",
    DELETED: REFUSED_AS_DELETED,
  },
  "replace part": {
    DRAFT: NOT_FOUND,
    TRANSCODING: "TRANSCODING + VideoPartSourceDiscarded + UploadsReleased",
    TRANSCODE_FAILED: "TRANSCODING + VideoPartSourceDiscarded + UploadsReleased",
    PROCESSING_CANCELLED: "TRANSCODING + VideoPartSourceDiscarded + UploadsReleased",
    PENDING_AUDIT: "TRANSCODING + VideoPartReplacementRequested",
    PUBLISHED: "PUBLISHED + VideoPartReplacementRequested",
    REJECTED: "TRANSCODING + VideoPartReplacementRequested",
    DELETED: REFUSED_AS_DELETED,
  },
  "replace part: review": {
    DRAFT: NOT_FOUND,
    TRANSCODING: "TRANSCODING + VideoPartSourceDiscarded + UploadsReleased",
    TRANSCODE_FAILED: "TRANSCODING + VideoPartSourceDiscarded + UploadsReleased",
    PROCESSING_CANCELLED: "TRANSCODING + VideoPartSourceDiscarded + UploadsReleased",
    PENDING_AUDIT: "TRANSCODING + VideoPartReplacementRequested",
    PUBLISHED: "TRANSCODING + VideoPartReplacementRequested + VideoPostUnpublished",
    REJECTED: "TRANSCODING + VideoPartReplacementRequested",
    DELETED: REFUSED_AS_DELETED,
  },
  "discard replacement": {
    DRAFT: NOT_FOUND,
    TRANSCODING: UNCHANGED,
    TRANSCODE_FAILED: UNCHANGED,
    PROCESSING_CANCELLED: UNCHANGED,
    PENDING_AUDIT: "PENDING_AUDIT + VideoPartSourceDiscarded",
    PUBLISHED: "PUBLISHED + VideoPartSourceDiscarded",
    REJECTED: "REJECTED + VideoPartSourceDiscarded",
    DELETED: REFUSED_AS_DELETED,
  },
  "remove part": {
    DRAFT: NOT_FOUND,
    TRANSCODING: "DRAFT + VideoPartRemoved + UploadsReleased",
    TRANSCODE_FAILED: "DRAFT + VideoPartRemoved + UploadsReleased",
    PROCESSING_CANCELLED: "DRAFT + VideoPartRemoved + UploadsReleased",
    PENDING_AUDIT: "DRAFT + VideoPartRemoved + UploadsReleased",
    PUBLISHED: WRONG_STATE,
    REJECTED: "DRAFT + VideoPartRemoved + UploadsReleased",
    DELETED: REFUSED_AS_DELETED,
  },
  "remove part: review": {
    DRAFT: NOT_FOUND,
    TRANSCODING: "DRAFT + VideoPartRemoved + UploadsReleased",
    TRANSCODE_FAILED: "DRAFT + VideoPartRemoved + UploadsReleased",
    PROCESSING_CANCELLED: "DRAFT + VideoPartRemoved + UploadsReleased",
    PENDING_AUDIT: "DRAFT + VideoPartRemoved + UploadsReleased",
    PUBLISHED: "DRAFT + VideoPartRemoved + VideoPostUnpublished",
    REJECTED: "DRAFT + VideoPartRemoved + UploadsReleased",
    DELETED: REFUSED_AS_DELETED,
  },
  "reorder parts": {
    DRAFT: INVALID,
    TRANSCODING: "TRANSCODING + VideoPartsReordered",
    TRANSCODE_FAILED: "TRANSCODE_FAILED + VideoPartsReordered",
    PROCESSING_CANCELLED: "PROCESSING_CANCELLED + VideoPartsReordered",
    PENDING_AUDIT: "PENDING_AUDIT + VideoPartsReordered",
    PUBLISHED: "PUBLISHED + VideoPartsReordered + PublishedVideoChanged",
    REJECTED: "REJECTED + VideoPartsReordered",
    DELETED: REFUSED_AS_DELETED,
  },
  "revoke keys": {
    DRAFT: NOT_FOUND,
    TRANSCODING: INVALID,
    TRANSCODE_FAILED: INVALID,
    PROCESSING_CANCELLED: INVALID,
    PENDING_AUDIT: "PENDING_AUDIT",
    PUBLISHED: "PUBLISHED",
    REJECTED: "REJECTED",
    DELETED: REFUSED_AS_DELETED,
  },
  "revoke staged keys": {
    DRAFT: NOT_FOUND,
    TRANSCODING: "TRANSCODING",
    TRANSCODE_FAILED: "TRANSCODING",
    PROCESSING_CANCELLED: "TRANSCODING",
    PENDING_AUDIT: "PENDING_AUDIT",
    PUBLISHED: "PUBLISHED",
    REJECTED: "REJECTED",
    DELETED: REFUSED_AS_DELETED,
  },
  rotate: {
    DRAFT: NOT_FOUND,
    TRANSCODING: UNCHANGED,
    TRANSCODE_FAILED: UNCHANGED,
    PROCESSING_CANCELLED: UNCHANGED,
    PENDING_AUDIT: "PENDING_AUDIT",
    PUBLISHED: "PUBLISHED",
    REJECTED: "REJECTED",
    DELETED: REFUSED_AS_DELETED,
  },
  refresh: {
    DRAFT: UNCHANGED,
    TRANSCODING: UNCHANGED,
    TRANSCODE_FAILED: UNCHANGED,
    PROCESSING_CANCELLED: UNCHANGED,
    PENDING_AUDIT: UNCHANGED,
    PUBLISHED: UNCHANGED,
    REJECTED: UNCHANGED,
    DELETED: UNCHANGED,
  },
  "set policies": {
    DRAFT: NOT_FOUND,
    TRANSCODING: "TRANSCODING",
    TRANSCODE_FAILED: "TRANSCODE_FAILED",
    PROCESSING_CANCELLED: "PROCESSING_CANCELLED",
    PENDING_AUDIT: "PENDING_AUDIT",
    PUBLISHED: "PUBLISHED",
    REJECTED: "REJECTED",
    DELETED: REFUSED_AS_DELETED,
  },
};

function outcomeOf(post: VideoPost, decision: Decision<unknown>): string {
  if (decision.kind === "unchanged") return UNCHANGED;
  if (decision.kind === "refused") return `refused: ${decision.refusal.kind}`;
  const { change } = decision;
  const events = [...change.events, ...eventsOfChange(post, change.post)].map(({ type }) => type);
  return [change.post.status, ...events].join(" + ");
}

describe("the table of states and commands", () => {
  it.each(VIDEO_POST_STATUSES)("has a post that is %s", (status) => {
    expect(GIVEN[status].status).toBe(status);
  });

  const pairs = (Object.keys(WHEN) as Command[]).flatMap((command) =>
    VIDEO_POST_STATUSES.map((status) => [command, status, THEN[command][status]] as const),
  );

  it.each(pairs)("answers %s of a post that is %s with %s", (command, status, expected) => {
    const post = GIVEN[status];
    expect(outcomeOf(post, WHEN[command](post))).toBe(expected);
  });
});
