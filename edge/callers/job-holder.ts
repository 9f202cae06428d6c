import { z } from "zod";
import type { JobStore } from "../../shared/application/ports/job-store.ts";
import type { TranscodeJob } from "../../shared/domain/transcode-job.ts";
import type { TokenSigner } from "../../shared/playback-token/token-signer.ts";

type HolderDoor = { readonly jobCredentials: TokenSigner; readonly jobs: JobStore; readonly now: () => number };

/** What a work order's credential says: one job, one lease, and the prefix that this claim may write to. */
const credentialSchema = z.object({ sub: z.string(), lease: z.string(), prefix: z.string(), exp: z.number() });

export type Holder = { readonly job: TranscodeJob; readonly leaseToken: string; readonly clearPrefix: string };

export type HolderIdentification =
  | { readonly kind: "holder"; readonly holder: Holder }
  | { readonly kind: "refused"; readonly code: "credentials-invalid" | "not-allowed" | "lease-lost" };

/** Longer than any job: the lease is what ends a holder's rights, this only bounds a stolen credential. */
const CREDENTIAL_SECONDS = 7 * 24 * 3600;

export function issueJobCredential(
  { jobCredentials, now }: Pick<HolderDoor, "jobCredentials" | "now">,
  holder: { jobId: string; leaseToken: string; clearPrefix: string },
): Promise<string> {
  const exp = Math.floor(now() / 1000) + CREDENTIAL_SECONDS;
  return jobCredentials.sign({ sub: holder.jobId, lease: holder.leaseToken, prefix: holder.clearPrefix, exp });
}

/** Whether this credential is of the holder of this job's lease. */
export async function identifyHolder(
  { jobCredentials, jobs, now }: HolderDoor,
  credential: string,
  jobId: string,
): Promise<HolderIdentification> {
  const verified = await jobCredentials.verify(credential, now() / 1000);
  const said = verified.kind === "valid" ? credentialSchema.safeParse(verified.payload) : null;
  if (said?.success !== true) return { kind: "refused", code: "credentials-invalid" };
  const { sub, lease, prefix } = said.data;
  if (sub !== jobId) return { kind: "refused", code: "not-allowed" };
  const job = await jobs.findByLease(sub, lease);
  if (job === null) return { kind: "refused", code: "lease-lost" };
  return { kind: "holder", holder: { job, leaseToken: lease, clearPrefix: prefix } };
}
