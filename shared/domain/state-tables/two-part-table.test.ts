import { describe, expect, it } from "vitest";
import { applyTranscodeResult } from "../job-outcomes/job-results.ts";
import { cancelPart, resumePart } from "../job-outcomes/recovery.ts";
import { lastKeyVersionOf } from "../part/part-versions.ts";
import { addParts, discardReplacement, removePart, reorderParts, replacePart } from "../post/part-edits.ts";
import { applied, encrypted, NOW, playingPost, transcoded, waitingPost } from "../post/ready-post.fixture.ts";
import { replaced, source, stagedAs, switchTo, transcodedAs } from "../post/replaced-part.fixture.ts";
import { auditVideoPost, withdrawVideoPost } from "../post/review.ts";
import type { Decision, VideoPost } from "../post/video-post.ts";
import { eventsOfChange } from "../webhooks/change-events.ts";

/*
 * A post of two parts, the first of which plays: each state of the second with each command, before a review and while
 * the post is published. The status and the events after the change, `unchanged`, or the kind of the refusal.
 */

const SECOND = ["processing", "failed", "cancelled", "ready", "next processing", "next failed"] as const;
type Second = (typeof SECOND)[number];

const LATER = NOW + 60_000;
const ID = "file-1";
const failure = { kind: "failed", code: "source-unreadable", reason: "no media" } as const;

const withSecond = (post: VideoPost) => applied(addParts(post, [source(ID)], "keep", NOW));
const readied = (post: VideoPost) => encrypted(transcoded(post, 1), 1, 1);
const failed = (post: VideoPost, id = ID) => applied(applyTranscodeResult(post, id, failure, NOW));

const MADE: Readonly<Record<Second, (post: VideoPost) => VideoPost>> = {
  processing: (post) => post,
  failed: (post) => failed(post),
  cancelled: (post) => applied(cancelPart(post, ID, "TRANSCODE", NOW)),
  ready: readied,
  "next processing": (post) => replaced(readied(post), "new", 1),
  "next failed": (post) => failed(replaced(readied(post), "new", 1), "new"),
};

const unreviewed = withSecond(encrypted(transcoded({ ...waitingPost(), autoPublish: false })));
const published = withSecond(playingPost());

/** The version of the second part that its jobs work on. */
const worked = (post: VideoPost) => post.otherVersions.find(({ versionState }) => versionState === "NEXT")?.id ?? ID;

/** What the jobs of the worked version make is encrypted, also where an earlier result of it plays. */
function becomesReady(post: VideoPost): Decision {
  const id = worked(post);
  const keyVersion = lastKeyVersionOf(post, 1) + 1;
  const change = switchTo(stagedAs(transcodedAs(post, id), keyVersion, id), keyVersion, id);
  return { kind: "changed", change, value: undefined };
}

const WHEN = {
  "audit: pass": (post) => auditVideoPost(post, { result: "PASSED", reason: null, by: "r" }, LATER),
  "audit: reject": (post) => auditVideoPost(post, { result: "REJECTED", reason: "too loud", by: "r" }, LATER),
  withdraw: (post) => withdrawVideoPost(post, { reason: null, by: "editor" }, LATER),
  "remove the first": (post) => removePart(post, 0, "keep", LATER),
  "remove the second": (post) => removePart(post, 1, "keep", LATER),
  "replace the second": (post) => replacePart(post, 1, source("another"), "keep", LATER),
  "discard the replacement": (post) => discardReplacement(post, 1, LATER),
  reorder: (post) => reorderParts(post, [1, 0], "keep", LATER),
  "the second fails": (post) => applyTranscodeResult(post, worked(post), failure, LATER),
  "cancel the second": (post) => cancelPart(post, worked(post), "TRANSCODE", LATER),
  "retry the second": (post) => resumePart(post, worked(post), "TRANSCODE", [], LATER),
  "the second becomes ready": becomesReady,
} as const satisfies Record<string, (post: VideoPost) => Decision<unknown>>;
type Command = keyof typeof WHEN;

const UNCHANGED = "unchanged";
const WRONG_STATE = "refused: wrong-state";

/** A status or refusal, or a status with events. */
type Outcome = string | readonly string[];
/** One for each state of the second part, in the order of SECOND; a single one holds for all. */
type Row = string | readonly Outcome[];

/** What the status of the unpublished post becomes by the second part alone. */
const BY_SECOND = [
  "TRANSCODING",
  "TRANSCODE_FAILED",
  "PROCESSING_CANCELLED",
  "PENDING_AUDIT",
  "TRANSCODING",
  "TRANSCODE_FAILED",
] as const;

const REMOVED = "VideoPartRemoved";
const RELEASED = "UploadsReleased";
const CHANGED = "PublishedVideoChanged";
const DISCARDED = "VideoPartSourceDiscarded";
const REQUESTED = "VideoPartReplacementRequested";

const REPLACED = "VideoPartReplaced";
const OLD_KEYS_END = "PlayedVersionReplaced";

const bySecond = (...events: readonly string[]): Row => BY_SECOND.map((status) => [status, ...events]);

const THEN: Readonly<Record<"unreviewed" | "published", Readonly<Record<Command, Row>>>> = {
  unreviewed: {
    "audit: pass": [
      WRONG_STATE,
      WRONG_STATE,
      WRONG_STATE,
      ["PUBLISHED", "VideoAuditPassed", "VideoPostPublished", RELEASED],
      WRONG_STATE,
      WRONG_STATE,
    ],
    "audit: reject": [
      WRONG_STATE,
      WRONG_STATE,
      WRONG_STATE,
      ["REJECTED", "VideoAuditRejected"],
      WRONG_STATE,
      WRONG_STATE,
    ],
    withdraw: WRONG_STATE,
    "remove the first": bySecond(REMOVED, RELEASED),
    "remove the second": `PENDING_AUDIT + ${REMOVED} + ${RELEASED}`,
    "replace the second": [
      ["TRANSCODING", DISCARDED, RELEASED],
      ["TRANSCODING", DISCARDED, RELEASED],
      ["TRANSCODING", DISCARDED, RELEASED],
      ["TRANSCODING", REQUESTED],
      ["TRANSCODING", DISCARDED, REQUESTED, RELEASED],
      ["TRANSCODING", DISCARDED, REQUESTED, RELEASED],
    ],
    "discard the replacement": [
      UNCHANGED,
      UNCHANGED,
      UNCHANGED,
      UNCHANGED,
      ["PENDING_AUDIT", DISCARDED, RELEASED],
      ["PENDING_AUDIT", DISCARDED, RELEASED],
    ],
    reorder: bySecond("VideoPartsReordered"),
    "the second fails": [
      "TRANSCODE_FAILED",
      "TRANSCODE_FAILED",
      "TRANSCODE_FAILED",
      "PENDING_AUDIT",
      "TRANSCODE_FAILED",
      "TRANSCODE_FAILED",
    ],
    "cancel the second": [
      "PROCESSING_CANCELLED",
      "TRANSCODE_FAILED",
      "PROCESSING_CANCELLED",
      "PENDING_AUDIT",
      "PROCESSING_CANCELLED",
      "TRANSCODE_FAILED",
    ],
    "retry the second": ["TRANSCODING", "TRANSCODING", "TRANSCODING", "PENDING_AUDIT", "TRANSCODING", "TRANSCODING"],
    "the second becomes ready": [
      "PENDING_AUDIT",
      "PENDING_AUDIT",
      "PENDING_AUDIT",
      ["PENDING_AUDIT", OLD_KEYS_END],
      ["PENDING_AUDIT", REPLACED, OLD_KEYS_END, RELEASED],
      ["PENDING_AUDIT", REPLACED, OLD_KEYS_END, RELEASED],
    ],
  },
  published: {
    "audit: pass": UNCHANGED,
    "audit: reject": BY_SECOND.map((status) => [
      status === "PENDING_AUDIT" ? "REJECTED" : status,
      "VideoAuditRejected",
      "VideoPostUnpublished",
    ]),
    withdraw: bySecond("VideoPostUnpublished"),
    "remove the first": [
      WRONG_STATE,
      WRONG_STATE,
      WRONG_STATE,
      ["PUBLISHED", REMOVED, CHANGED],
      ["PUBLISHED", REMOVED, CHANGED],
      ["PUBLISHED", REMOVED, CHANGED],
    ],
    "remove the second": [
      ["PUBLISHED", REMOVED, RELEASED],
      ["PUBLISHED", REMOVED, RELEASED],
      ["PUBLISHED", REMOVED, RELEASED],
      ["PUBLISHED", REMOVED, CHANGED],
      ["PUBLISHED", REMOVED, CHANGED, RELEASED],
      ["PUBLISHED", REMOVED, CHANGED, RELEASED],
    ],
    "replace the second": [
      ["PUBLISHED", DISCARDED, RELEASED],
      ["PUBLISHED", DISCARDED, RELEASED],
      ["PUBLISHED", DISCARDED, RELEASED],
      ["PUBLISHED", REQUESTED],
      ["PUBLISHED", DISCARDED, REQUESTED, RELEASED],
      ["PUBLISHED", DISCARDED, REQUESTED, RELEASED],
    ],
    "discard the replacement": [
      UNCHANGED,
      UNCHANGED,
      UNCHANGED,
      UNCHANGED,
      ["PUBLISHED", DISCARDED, RELEASED],
      ["PUBLISHED", DISCARDED, RELEASED],
    ],
    reorder: `PUBLISHED + VideoPartsReordered + ${CHANGED}`,
    "the second fails": "PUBLISHED",
    "cancel the second": "PUBLISHED",
    "retry the second": "PUBLISHED",
    "the second becomes ready": [
      ["PUBLISHED", CHANGED, RELEASED],
      ["PUBLISHED", CHANGED, RELEASED],
      ["PUBLISHED", CHANGED, RELEASED],
      ["PUBLISHED", OLD_KEYS_END],
      ["PUBLISHED", REPLACED, OLD_KEYS_END, CHANGED, RELEASED],
      ["PUBLISHED", REPLACED, OLD_KEYS_END, CHANGED, RELEASED],
    ],
  },
};

const textOf = (outcome: Outcome) => [outcome].flat().join(" + ");

function outcomeOf(post: VideoPost, decision: Decision<unknown>): string {
  if (decision.kind === "unchanged") return UNCHANGED;
  if (decision.kind === "refused") return `refused: ${decision.refusal.kind}`;
  const { change } = decision;
  return textOf([
    change.post.status,
    ...[...change.events, ...eventsOfChange(post, change.post)].map(({ type }) => type),
  ]);
}

describe.each([
  ["not reviewed", unreviewed, THEN.unreviewed],
  ["published", published, THEN.published],
] as const)("a post of two parts that is %s, whose first part plays", (_, given, then) => {
  it.each(SECOND.map((second, n) => [second, BY_SECOND[n]!] as const))(
    "has a status by a second that is %s",
    (second, status) => {
      expect(MADE[second](given).status).toBe(given.publishedAt === null ? status : "PUBLISHED");
    },
  );

  const rows = (Object.keys(WHEN) as Command[]).flatMap((command) =>
    SECOND.map((second, n) => {
      const outcomes: Row = then[command];
      return [command, second, textOf(typeof outcomes === "string" ? outcomes : outcomes[n]!)] as const;
    }),
  );

  it.each(rows)("answers %s, where the second part is %s, with %s", (command, second, expected) => {
    const post = MADE[second](given);
    expect(outcomeOf(post, WHEN[command](post))).toBe(expected);
  });
});
