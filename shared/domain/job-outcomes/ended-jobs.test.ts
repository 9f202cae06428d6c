import { describe, expect, it } from "vitest";
import { encrypted, NOW, part, playingPost, staged, transcoded, waitingPost } from "../post/ready-post.fixture.ts";
import { type Decision, deleteVideoPost, type VideoPost } from "../post/video-post.ts";
import { applyEncryptResult, applyTranscodeResult } from "./job-results.ts";
import { cancelPart, refreshPost, resumePart } from "./recovery.ts";

/*
 * Every state of a part with everything that may happen to a job of it. A state reads as transfer_result, encrypt_status,
 * status of the post, and of each key version its number and the first letter of its status.
 */

const changed = (decision: Decision) => {
  if (decision.kind !== "changed") throw new Error(JSON.stringify(decision));
  return decision.change.post;
};
const failT = (post: VideoPost) =>
  applyTranscodeResult(post, "file-0", { kind: "failed", code: "encoder-failed", reason: "x" }, NOW);
const failE = (post: VideoPost) =>
  applyEncryptResult(post, "file-0", { kind: "failed", code: "encoder-failed", reason: "x" }, NOW);
const cancelT = (post: VideoPost) => cancelPart(post, "file-0", "TRANSCODE", NOW);
const cancelE = (post: VideoPost) => cancelPart(post, "file-0", "ENCRYPT", NOW);
const retry = (kind: "TRANSCODE" | "ENCRYPT") => (post: VideoPost) =>
  resumePart(post, "file-0", kind, [{ jobId: "new", fileId: "file-0", kind }], NOW);

const ACTIONS: Record<string, (post: VideoPost) => Decision> = {
  "cancel TRANSCODE": cancelT,
  "cancel ENCRYPT": cancelE,
  "fail TRANSCODE": failT,
  "fail ENCRYPT": failE,
  "retry TRANSCODE": retry("TRANSCODE"),
  "retry ENCRYPT": retry("ENCRYPT"),
  delete: (post) => deleteVideoPost(post, NOW),
  refresh: (post) => refreshPost(post, NOW),
};

const waiting = waitingPost();
const clear = transcoded(waiting);
const encrypting = staged(clear);

const PARTS: Record<string, VideoPost> = {
  "waits for its transcode": waiting,
  "waits for its encryption": clear,
  "is encrypted": encrypting,
  "failed at its transcode": changed(failT(waiting)),
  "failed at its encryption": changed(failE(encrypting)),
  "was cancelled at its transcode": changed(cancelT(waiting)),
  "was cancelled at its encryption": changed(cancelE(encrypting)),
  plays: playingPost(),
  "plays and is rotated": staged(playingPost(), 2),
  "plays after a rotation": encrypted(playingPost(), 2),
};

function stateOf(post: VideoPost): string {
  const { transferResult, encryptStatus, keys } = part(post);
  const versions = new Set(keys.map(({ keyVersion, status }) => `${keyVersion}${status[0]}`));
  return [transferResult, encryptStatus, post.status, ...versions].join(" ");
}

function outcomeOf(decision: Decision, before: VideoPost): string {
  if (decision.kind === "refused") return `refused: ${decision.refusal.kind}`;
  if (decision.kind === "unchanged") return "unchanged";
  const after = stateOf(decision.change.post);
  return after === stateOf(before) ? "as it was" : after;
}

const table = () =>
  Object.entries(PARTS).flatMap(([name, post]) => [
    `A part that ${name}: ${stateOf(post)}`,
    ...Object.entries(ACTIONS).map(([action, act]) => `  ${action}: ${outcomeOf(act(post), post)}`),
  ]);

const EXPECTED = `
A part that waits for its transcode: TRANSCODING UNENCRYPTED TRANSCODING
  cancel TRANSCODE: CANCELLED UNENCRYPTED PROCESSING_CANCELLED
  cancel ENCRYPT: as it was
  fail TRANSCODE: FAILED UNENCRYPTED TRANSCODE_FAILED
  fail ENCRYPT: TRANSCODING FAILED TRANSCODE_FAILED
  retry TRANSCODE: as it was
  retry ENCRYPT: refused: wrong-state
  delete: TRANSCODING UNENCRYPTED DELETED
  refresh: unchanged
A part that waits for its encryption: SUCCESS UNENCRYPTED TRANSCODING
  cancel TRANSCODE: as it was
  cancel ENCRYPT: SUCCESS CANCELLED PROCESSING_CANCELLED
  fail TRANSCODE: FAILED UNENCRYPTED TRANSCODE_FAILED
  fail ENCRYPT: SUCCESS FAILED TRANSCODE_FAILED
  retry TRANSCODE: as it was
  retry ENCRYPT: as it was
  delete: SUCCESS UNENCRYPTED DELETED
  refresh: unchanged
A part that is encrypted: SUCCESS ENCRYPTING TRANSCODING 1S
  cancel TRANSCODE: as it was
  cancel ENCRYPT: SUCCESS CANCELLED PROCESSING_CANCELLED 1R
  fail TRANSCODE: FAILED ENCRYPTING TRANSCODE_FAILED 1S
  fail ENCRYPT: SUCCESS FAILED TRANSCODE_FAILED 1R
  retry TRANSCODE: as it was
  retry ENCRYPT: as it was
  delete: SUCCESS ENCRYPTING DELETED 1R
  refresh: unchanged
A part that failed at its transcode: FAILED UNENCRYPTED TRANSCODE_FAILED
  cancel TRANSCODE: as it was
  cancel ENCRYPT: as it was
  fail TRANSCODE: as it was
  fail ENCRYPT: FAILED FAILED TRANSCODE_FAILED
  retry TRANSCODE: TRANSCODING UNENCRYPTED TRANSCODING
  retry ENCRYPT: refused: wrong-state
  delete: FAILED UNENCRYPTED DELETED
  refresh: unchanged
A part that failed at its encryption: SUCCESS FAILED TRANSCODE_FAILED 1R
  cancel TRANSCODE: as it was
  cancel ENCRYPT: as it was
  fail TRANSCODE: FAILED FAILED TRANSCODE_FAILED 1R
  fail ENCRYPT: as it was
  retry TRANSCODE: as it was
  retry ENCRYPT: SUCCESS UNENCRYPTED TRANSCODING 1R
  delete: SUCCESS FAILED DELETED 1R
  refresh: unchanged
A part that was cancelled at its transcode: CANCELLED UNENCRYPTED PROCESSING_CANCELLED
  cancel TRANSCODE: as it was
  cancel ENCRYPT: as it was
  fail TRANSCODE: FAILED UNENCRYPTED TRANSCODE_FAILED
  fail ENCRYPT: CANCELLED FAILED TRANSCODE_FAILED
  retry TRANSCODE: TRANSCODING UNENCRYPTED TRANSCODING
  retry ENCRYPT: refused: wrong-state
  delete: CANCELLED UNENCRYPTED DELETED
  refresh: unchanged
A part that was cancelled at its encryption: SUCCESS CANCELLED PROCESSING_CANCELLED 1R
  cancel TRANSCODE: as it was
  cancel ENCRYPT: as it was
  fail TRANSCODE: FAILED CANCELLED TRANSCODE_FAILED 1R
  fail ENCRYPT: SUCCESS FAILED TRANSCODE_FAILED 1R
  retry TRANSCODE: as it was
  retry ENCRYPT: SUCCESS UNENCRYPTED TRANSCODING 1R
  delete: SUCCESS CANCELLED DELETED 1R
  refresh: unchanged
A part that plays: SUCCESS ENCRYPTED PUBLISHED 1A
  cancel TRANSCODE: as it was
  cancel ENCRYPT: as it was
  fail TRANSCODE: as it was
  fail ENCRYPT: as it was
  retry TRANSCODE: as it was
  retry ENCRYPT: as it was
  delete: SUCCESS ENCRYPTED DELETED 1R
  refresh: unchanged
A part that plays and is rotated: SUCCESS ENCRYPTED PUBLISHED 1A 2S
  cancel TRANSCODE: as it was
  cancel ENCRYPT: SUCCESS ENCRYPTED PUBLISHED 1A 2R
  fail TRANSCODE: as it was
  fail ENCRYPT: SUCCESS ENCRYPTED PUBLISHED 1A 2R
  retry TRANSCODE: as it was
  retry ENCRYPT: as it was
  delete: SUCCESS ENCRYPTED DELETED 1R 2R
  refresh: unchanged
A part that plays after a rotation: SUCCESS ENCRYPTED PUBLISHED 1R 2A
  cancel TRANSCODE: as it was
  cancel ENCRYPT: as it was
  fail TRANSCODE: as it was
  fail ENCRYPT: as it was
  retry TRANSCODE: as it was
  retry ENCRYPT: as it was
  delete: SUCCESS ENCRYPTED DELETED 1R 2R
  refresh: unchanged
`;

describe("the end of a job", () => {
  it("leaves a final state that can be retried, keeps what plays, and revokes what was staged", () => {
    expect(`\n${table().join("\n")}\n`).toBe(EXPECTED);
  });
});
