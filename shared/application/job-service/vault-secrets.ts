import { encryptedPrefix } from "../../domain/part/object-keys.ts";
import type { VideoFile } from "../../domain/part/video-file.ts";
import type { DefaultPolicyRule } from "../../domain/quality/quality-auth.ts";
import { singleKeyBinding } from "../../domain/quality/single-key-source.ts";
import type { KeyVault } from "../../key-vault/key-vault.ts";
import { base64Encode } from "../../lib/base64.ts";
import { generateVideoPostQualityKeys } from "../commands/generate-video-post-quality-keys.ts";
import type { VideoPostRepository } from "../ports/video-post-repository.ts";
import type { ContentKeys } from "../protocols/job-protocol.ts";
import { sourceUrlOf } from "../source-url.ts";
import type { JobSecrets, LeasedJob } from "./job-secrets.ts";
import { done, type JobOutcome } from "./job-service.ts";
import { refusalOf } from "./refusals.ts";

export type VaultSecretsDeps = {
  readonly posts: VideoPostRepository;
  readonly vault: KeyVault;
  readonly policyRule: DefaultPolicyRule;
  readonly now: () => number;
};

/** The secrets of jobs where the key-encryption keys are. */
export function vaultSecrets(deps: VaultSecretsDeps): JobSecrets {
  return {
    sourceSecret: (_lease, part) => sourceSecretOf(deps.vault, part),
    contentKeys: (leased) => contentKeysOf(deps, leased),
  };
}

async function sourceSecretOf(vault: KeyVault, part: VideoFile): Promise<string | null> {
  const { id, source, singleKey } = part;
  if (source.kind === "url") return sourceUrlOf(vault, part);
  if (source.kind !== "imported" || singleKey === null) return null;
  return base64Encode(await vault.unwrap(singleKey, singleKeyBinding(id)));
}

async function contentKeysOf(deps: VaultSecretsDeps, { job, leaseToken }: LeasedJob): Promise<JobOutcome<ContentKeys>> {
  const fence = { kind: "lease", jobId: job.jobId, leaseToken } as const;
  const outcome = await generateVideoPostQualityKeys(deps, { ...job, fence }, deps.now());
  if (outcome.kind !== "done") return refusalOf(outcome);
  const { keyVersion, clearPrefix, keys } = outcome.value;
  return done({
    keyVersion,
    encryptedPrefix: encryptedPrefix(clearPrefix, keyVersion, job.claimNo),
    keys: keys.map(({ key, ...named }) => ({ ...named, key: base64Encode(key) })),
  });
}
