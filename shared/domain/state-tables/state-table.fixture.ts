import { applyEncryptResult, applyTranscodeResult, type KeyDraft, stageKeys } from "../job-outcomes/job-results.ts";
import { cancelPart, refreshPost, resumePart } from "../job-outcomes/recovery.ts";
import { lastKeyVersionOf } from "../part/part-versions.ts";
import { changeVideoPostInteraction } from "../post/interaction.ts";
import { addParts, discardReplacement, removePart, reorderParts, replacePart } from "../post/part-edits.ts";
import { upsertQualityAuth } from "../post/quality-policies.ts";
import { applied, encrypted, NOW, playingPost, staged, transcoded, waitingPost } from "../post/ready-post.fixture.ts";
import { replaced, source } from "../post/replaced-part.fixture.ts";
import { auditVideoPost, submitVideoPost, withdrawVideoPost } from "../post/review.ts";
import {
  type Decision,
  deleteVideoPost,
  updateVideoPost,
  type VideoPost,
  type VideoPostStatus,
} from "../post/video-post.ts";
import { STANDARD_POLICY_RULE } from "../quality/quality-auth.ts";
import { revokeKeyVersion, rotateKeys } from "../rotation/key-rotation.ts";

/*
 * A post of each status, and each command. A post has one part, whose internal id is `file-0`, unless it is a draft. The parts of
 * PENDING_AUDIT, PUBLISHED and REJECTED play key version 1; the part of TRANSCODING waits for its transcode.
 */

const LATER = NOW + 60_000;
const PART = "file-0";
const REJECTION = { result: "REJECTED", reason: "too loud", by: "reviewer" } as const;

const unreviewed = (post: VideoPost): VideoPost => ({ ...post, autoPublish: false });
const waiting = unreviewed(waitingPost());
const published = playingPost();

export const GIVEN: Readonly<Record<VideoPostStatus, VideoPost>> = {
  DRAFT: unreviewed(waitingPost(0)),
  TRANSCODING: waiting,
  TRANSCODE_FAILED: applied(
    applyTranscodeResult(waiting, PART, { kind: "failed", code: "source-unreadable", reason: "no media" }, NOW),
  ),
  PROCESSING_CANCELLED: applied(cancelPart(waiting, PART, "TRANSCODE", NOW)),
  PENDING_AUDIT: encrypted(transcoded(waiting)),
  PUBLISHED: published,
  REJECTED: applied(auditVideoPost(published, REJECTION, NOW)),
  DELETED: applied(deleteVideoPost(published, NOW)),
};

const transcodeResult = {
  ...{ kind: "done", transcodeJobId: "transcode-9", prefix: "a-film/transcode-9/c1/", durationSeconds: 18 },
  ...{ probe: { container: "mp4", headerDuration: 18, video: null, audio: null }, warnings: [] },
  ...{ variants: transcoded(waiting).files[0]!.variants[0]!.variants, encryptJobId: "encrypt-9" },
} as const;

function keys(post: VideoPost): Decision {
  const version = (post.files[0]?.lastKeyVersion ?? 0) + 1;
  const draft: KeyDraft = { keyId: "k", quality: "480p", wrappedKey: "w", kekId: "k1", keyUriTemplate: "uri" };
  return stageKeys(post, { fileId: PART, jobId: "encrypt-9" }, [draft], version, STANDARD_POLICY_RULE, LATER);
}

/** The part is transcoded and the keys of its next version are staged, where the state allows that. */
function encrypting(post: VideoPost): VideoPost {
  if (post.deletedAt !== null || post.files.length === 0) return post;
  return staged(post.files[0]?.clear ? post : transcoded(post), (post.files[0]?.lastKeyVersion ?? 0) + 1);
}

/** The result belongs to the keys that are staged before. */
function encryptResult(post: VideoPost): Decision {
  const keyVersion = (post.files[0]?.lastKeyVersion ?? 0) + 1;
  const { variants } = transcodeResult;
  const prefix = `a-film/transcode-0/enc/k${keyVersion}-c9/`;
  const jobId = `encrypt-0-${keyVersion}`;
  const clearPrefix = "a-film/transcode-0/c1/";
  const result = { kind: "done", jobId, clearPrefix, prefix, keyVersion, variants, retireAt: LATER } as const;
  return applyEncryptResult(encrypting(post), PART, result, LATER);
}

const failure = { kind: "failed", code: "source-unreadable", reason: "no media" } as const;

function retryOfFailedEncryption(post: VideoPost): Decision {
  const before = encrypting(post);
  const failed = applyEncryptResult(before, PART, failure, LATER);
  return resumePart(failed.kind === "changed" ? failed.change.post : before, PART, "ENCRYPT", [], LATER);
}

/** A replacement is in progress where the part plays. */
function discard(post: VideoPost): Decision {
  const isLive = post.deletedAt === null && post.files[0]?.playing;
  return discardReplacement(isLive ? replaced(post) : post, 0, LATER);
}

/** The post has a second part, which is as the first. */
function reorder(post: VideoPost): Decision {
  const second = post.files.map((file) => ({ ...file, id: "file-1", fileIndex: 1, position: 1 }));
  return reorderParts({ ...post, files: [...post.files, ...second], nextFileIndex: 2 }, [1, 0], "keep", LATER);
}

function revokeStaged(post: VideoPost): Decision<unknown> {
  const before = encrypting(post);
  return revokeKeyVersion(before, 0, lastKeyVersionOf(before, 0), LATER);
}

export const WHEN = {
  "update texts": (post: VideoPost) => updateVideoPost(post, { title: "Another" }, LATER),
  submit: (post: VideoPost) => submitVideoPost(post, LATER),
  "audit: pass": (post: VideoPost) => auditVideoPost(post, { result: "PASSED", reason: null, by: "r" }, LATER),
  "audit: reject": (post: VideoPost) => auditVideoPost(post, REJECTION, LATER),
  withdraw: (post: VideoPost) => withdrawVideoPost(post, { reason: null, by: "editor" }, LATER),
  "change interaction": (post: VideoPost) =>
    changeVideoPostInteraction(post, { comments: false, liveComments: false }, LATER),
  delete: (post: VideoPost) => deleteVideoPost(post, LATER),
  "generate keys": keys,
  "transcode succeeds": (post: VideoPost) =>
    applyTranscodeResult(post, PART, { ...transcodeResult, kind: "done" }, LATER),
  "transcode fails": (post: VideoPost) => applyTranscodeResult(post, PART, failure, LATER),
  "encryption succeeds": encryptResult,
  "encryption fails": (post: VideoPost) => applyEncryptResult(post, PART, failure, LATER),
  "cancel transcode": (post: VideoPost) => cancelPart(post, PART, "TRANSCODE", LATER),
  "retry transcode": (post: VideoPost) => resumePart(post, PART, "TRANSCODE", [], LATER),
  "retry encryption": (post: VideoPost) => resumePart(post, PART, "ENCRYPT", [], LATER),
  "retry failed encryption": retryOfFailedEncryption,
  "cancel encryption": (post: VideoPost) => cancelPart(encrypting(post), PART, "ENCRYPT", LATER),
  "add part": (post: VideoPost) => addParts(post, [source("added")], "keep", LATER),
  "add part: review": (post: VideoPost) => addParts(post, [source("added")], "review", LATER),
  "replace part": (post: VideoPost) => replacePart(post, 0, source("new"), "keep", LATER),
  "replace part: review": (post: VideoPost) => replacePart(post, 0, source("new"), "review", LATER),
  "discard replacement": discard,
  "remove part": (post: VideoPost) => removePart(post, 0, "keep", LATER),
  "remove part: review": (post: VideoPost) => removePart(post, 0, "review", LATER),
  "reorder parts": reorder,
  "revoke keys": (post: VideoPost) => revokeKeyVersion(post, 0, 1, LATER),
  "revoke staged keys": revokeStaged,
  rotate: (post: VideoPost) => rotateKeys(post, 0, () => "job", LATER) as Decision<unknown>,
  refresh: (post: VideoPost) => refreshPost(post, LATER),
  "set policies": (post: VideoPost) =>
    upsertQualityAuth(post, 0, [{ quality: "480p", policy: "DENIED", entitlement: null }], LATER),
} as const satisfies Record<string, (post: VideoPost) => Decision<unknown>>;
