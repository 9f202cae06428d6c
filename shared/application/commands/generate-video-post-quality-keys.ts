import { type KeyDraft, reusableStagedKeys, stageKeys } from "../../domain/job-outcomes/job-results.ts";
import { type ContentKey, keyUriTemplate } from "../../domain/part/content-key.ts";
import { lastKeyVersionOf, versionsInProgress } from "../../domain/part/part-versions.ts";
import { type VideoFile, variantsOf } from "../../domain/part/video-file.ts";
import { jobActor } from "../../domain/post/post-trace.ts";
import { type Decision, refused, type VideoPost } from "../../domain/post/video-post.ts";
import type { Quality } from "../../domain/quality/quality.ts";
import type { DefaultPolicyRule } from "../../domain/quality/quality-auth.ts";
import { CONTENT_KEY_BYTES, type KeyVault } from "../../key-vault/key-vault.ts";
import { uuidV7 } from "../../lib/random-id.ts";
import { type CommandOutcome, decideAndSave } from "../decide-and-save.ts";
import type { SaveFence, VideoPostRepository } from "../ports/video-post-repository.ts";

export type QualityKeys = {
  readonly keyVersion: number;
  /** The claim number of the clear renditions that the keys are for. */
  readonly clearPrefix: string;
  readonly keys: readonly { quality: Quality; keyId: string; key: Uint8Array<ArrayBuffer>; keyUri: string }[];
};

/**
 * Stages one key per quality of the clear renditions, under one version, with the default policies in the same save. A
 * repeated call for the same job returns the version that it staged. The keys are returned unwrapped, for the holder of
 * the lease.
 */
export function generateVideoPostQualityKeys(
  deps: { posts: VideoPostRepository; vault: KeyVault; policyRule: DefaultPolicyRule },
  input: { videoPostId: string; fileId: string; fence: Extract<SaveFence, { kind: "lease" }> },
  now: number,
): Promise<CommandOutcome<QualityKeys>> {
  const decide = async (post: VideoPost): Promise<Decision<QualityKeys>> => {
    const file = versionsInProgress(post).find((part) => part.id === input.fileId);
    if (post.deletedAt !== null) return refused({ kind: "deleted" });
    if (file?.clear == null) return refused({ kind: "wrong-state", detail: "there are no clear renditions" });
    const qualities = variantsOf(file, file.clear.transcodeJobId).map((variant) => variant.quality);
    const reused = reusableStagedKeys(file, input.fence.jobId, qualities);
    if (reused !== null) return { kind: "unchanged", value: await opened(deps.vault, file, reused) };
    return stage(post, file, qualities);
  };

  const stage = async (post: VideoPost, file: VideoFile, qualities: readonly Quality[]) => {
    const version = lastKeyVersionOf(post, file.fileIndex) + 1;
    const made = await Promise.all(qualities.map((quality) => makeKey(deps.vault, file.id, quality, version, now)));
    const decision = stageKeys(
      post,
      { fileId: file.id, jobId: input.fence.jobId },
      made.map(({ draft }) => draft),
      version,
      deps.policyRule,
      now,
    );
    const keys = made.map(({ draft, key }) => ({ ...named(draft), key }));
    if (decision.kind !== "changed") return decision as Decision<QualityKeys> & { kind: "refused" };
    return { ...decision, value: described(file, version, keys) };
  };

  const trace = {
    actor: jobActor(input.fence.jobId),
    action: "keys.generate",
    part: { fileId: input.fileId },
  } as const;
  return decideAndSave(deps.posts, input.videoPostId, trace, now, decide, {
    fence: input.fence,
    jobEnd: { kind: "keep" },
  });
}

async function makeKey(vault: KeyVault, fileId: string, quality: Quality, keyVersion: number, now: number) {
  const key = crypto.getRandomValues(new Uint8Array(CONTENT_KEY_BYTES));
  const keyId = uuidV7(now);
  const wrapped = await vault.wrap(key, { fileId, quality, keyVersion });
  const draft: KeyDraft = { keyId, quality, keyUriTemplate: keyUriTemplate(keyId, quality), ...wrapped };
  return { draft, key };
}

async function opened(vault: KeyVault, file: VideoFile, staged: readonly ContentKey[]) {
  const keys = await Promise.all(
    staged.map(async (key) => ({ ...named(key), key: await vault.unwrap(key, { fileId: file.id, ...key }) })),
  );
  return described(file, staged[0]!.keyVersion, keys);
}

function named(key: KeyDraft) {
  return { quality: key.quality, keyId: key.keyId, keyUri: key.keyUriTemplate };
}

function described(file: VideoFile, keyVersion: number, keys: QualityKeys["keys"]): QualityKeys {
  return { keyVersion, clearPrefix: file.clear!.prefix, keys };
}
