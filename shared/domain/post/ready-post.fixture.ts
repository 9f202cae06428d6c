import { applyEncryptResult, applyTranscodeResult, type KeyDraft, stageKeys } from "../job-outcomes/job-results.ts";
import type { VideoFile } from "../part/video-file.ts";
import type { Quality } from "../quality/quality.ts";
import { STANDARD_POLICY_RULE } from "../quality/quality-auth.ts";
import type { AbrVariant } from "../quality/rendition.ts";
import { createVideoPost, type Decision, type VideoPost } from "./video-post.ts";

/* Posts as processing leaves them, for tests of what an operator does to them. */

export const NOW = 1_770_000_000_000;
const LADDER: readonly Quality[] = ["720p", "480p"];

/** A post whose parts wait for their transcode: `file-0`, `file-1`, ... */
export function waitingPost(parts = 1): VideoPost {
  const files = Array.from({ length: parts }, (_, n) => ({
    id: `file-${n}`,
    jobId: `transcode-${n}`,
    source: { kind: "upload", uploadId: `upload-${n}` } as const,
    fileName: "a.mp4",
    fileSize: 1,
  }));
  const input = {
    id: "post",
    authorId: "author",
    title: "A film",
    description: "",
    resourceType: "VIDEO",
    interaction: { comments: true, liveComments: false },
    access: "POLICY",
    autoPublish: true,
    files,
  } as const;
  return createVideoPost(input, NOW).post;
}

export function transcoded(post: VideoPost, index = 0): VideoPost {
  const result = {
    kind: "done",
    transcodeJobId: `transcode-${index}`,
    prefix: `a-film/transcode-${index}/c1/`,
    durationSeconds: 18,
    probe: { container: "mp4", headerDuration: 18, video: null, audio: null },
    warnings: [],
    variants: LADDER.map(variant),
    encryptJobId: `encrypt-${index}`,
  } as const;
  return applied(applyTranscodeResult(post, `file-${index}`, result, NOW));
}

/** Staged by `jobId`, which `encrypted` publishes for. */
export function staged(
  post: VideoPost,
  keyVersion = 1,
  index = 0,
  jobId = `encrypt-${index}-${keyVersion}`,
): VideoPost {
  const drafts = LADDER.map((quality): KeyDraft => {
    const keyId = `key-${index}-${keyVersion}-${quality}`;
    return { keyId, quality, wrappedKey: "wrapped", kekId: "k1", keyUriTemplate: "uri" };
  });
  return applied(stageKeys(post, { fileId: `file-${index}`, jobId }, drafts, keyVersion, STANDARD_POLICY_RULE, NOW));
}

/** The next key version of a part that is transcoded plays; the one before retires. */
export function encrypted(post: VideoPost, keyVersion = 1, index = 0): VideoPost {
  const prefix = `a-film/transcode-${index}/enc/k${keyVersion}-c${keyVersion}/`;
  const clearPrefix = `a-film/transcode-${index}/c1/`;
  const variants = LADDER.map(variant);
  const jobId = `encrypt-${index}-${keyVersion}`;
  const result = { kind: "done", jobId, clearPrefix, prefix, keyVersion, variants, retireAt: NOW + 1000 } as const;
  return applied(applyEncryptResult(staged(post, keyVersion, index), `file-${index}`, result, NOW));
}

export function playingPost(): VideoPost {
  return encrypted(transcoded(waitingPost()));
}

export function applied(decision: Decision<unknown>): VideoPost {
  if (decision.kind !== "changed") throw new Error(`a change was expected, not ${JSON.stringify(decision)}`);
  return decision.change.post;
}

export function part(post: VideoPost, index = 0): VideoFile {
  return post.files[index]!;
}

function variant(quality: Quality): AbrVariant {
  return {
    quality,
    width: 640,
    height: 360,
    peakBandwidth: 2,
    averageBandwidth: 1,
    codecs: "avc1.64001e",
    frameRate: null,
    segmentCount: 1,
    bytes: 100,
  };
}
