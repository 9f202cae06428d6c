import { applyEncryptResult, applyTranscodeResult, stageKeys } from "../job-outcomes/job-results.ts";
import { STANDARD_POLICY_RULE } from "../quality/quality-auth.ts";
import { replacePart } from "./part-edits.ts";
import { applied, NOW, part, transcoded, waitingPost } from "./ready-post.fixture.ts";
import type { Change, Decision, NewFile, VideoPost } from "./video-post.ts";

/* Posts whose parts get another source, for tests. */

export const KEYS_END = NOW + 60_000;

export function source(id: string): NewFile {
  const upload = { kind: "upload", uploadId: `upload-${id}` } as const;
  return { id, jobId: `transcode-${id}`, source: upload, fileName: `${id}.mp4`, fileSize: 1 };
}

export function changeOf(decision: Decision<unknown>): Change {
  if (decision.kind !== "changed") throw new Error(JSON.stringify(decision));
  return decision.change;
}

export function replaced(post: VideoPost, id = "new", fileIndex = 0): VideoPost {
  return applied(replacePart(post, fileIndex, source(id), "keep", NOW));
}

export function transcodedAs(post: VideoPost, id = "new"): VideoPost {
  const { variants } = part(transcoded(waitingPost())).variants[0]!;
  const probe = { container: "mp4", headerDuration: 30, video: null, audio: null };
  const made = { transcodeJobId: `transcode-${id}`, prefix: `a-film/transcode-${id}/c1/`, durationSeconds: 30, probe };
  const result = { kind: "done", ...made, warnings: ["new"], variants, encryptJobId: `encrypt-${id}` } as const;
  return applied(applyTranscodeResult(post, id, result, NOW));
}

/** The keys that the encrypt job of the replacement stages under the next version of the part. */
export function stagedAs(post: VideoPost, keyVersion: number, id = "new"): VideoPost {
  const drafts = (["720p", "480p"] as const).map((quality) => {
    return { keyId: `key-${id}-${quality}`, quality, wrappedKey: "wrapped", kekId: "k1", keyUriTemplate: "uri" };
  });
  const target = { fileId: id, jobId: `encrypt-${id}` };
  return applied(stageKeys(post, target, drafts, keyVersion, STANDARD_POLICY_RULE, NOW));
}

export function switchTo(post: VideoPost, keyVersion: number, id = "new"): Change {
  const { variants } = part(transcoded(waitingPost())).variants[0]!;
  const folder = `a-film/transcode-${id}`;
  const prefixes = { clearPrefix: `${folder}/c1/`, prefix: `${folder}/enc/k${keyVersion}-c1/` };
  const result = {
    kind: "done",
    jobId: `encrypt-${id}`,
    ...prefixes,
    keyVersion,
    variants,
    retireAt: KEYS_END,
  } as const;
  return changeOf(applyEncryptResult(post, id, result, NOW));
}

export const versionStates = (post: VideoPost) => post.otherVersions.map(({ id, versionState }) => [id, versionState]);
export const statuses = (keys: readonly { status: string; keyVersion: number }[]) =>
  [...new Set(keys.map(({ keyVersion, status }) => `${keyVersion} ${status}`))].toSorted();
