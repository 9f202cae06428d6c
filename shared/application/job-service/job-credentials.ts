import * as z from "zod";
import { JOB_KINDS, type JobKind } from "../../domain/job/transcode-job.ts";
import type { TokenSigner } from "../../playback-token/token-signer.ts";

/** What a claim entitles to: one job, one lease, and the clear prefix that this claim writes to or reads from. */
export type JobHolder = {
  readonly jobId: string;
  readonly leaseToken: string;
  /** Which claim of the job it is. */
  readonly claimNo: number;
  readonly kind: JobKind;
  /** Of the part; null for a credential of an earlier release. */
  readonly fileId: string | null;
  readonly clearPrefix: string;
};

/** The credential of a work order, opaque to its holder. */
export interface JobCredentials {
  issue(holder: JobHolder): Promise<string>;
  /** Null for any other text, and once it has expired. Says nothing about the lease. */
  read(credential: string): Promise<JobHolder | null>;
}

const credentialSchema = z.object({
  sub: z.string(),
  lease: z.string(),
  /** Credentials of an earlier release have none. */
  claim: z.int().default(0),
  kind: z.enum(JOB_KINDS).default("TRANSCODE"),
  file: z.string().nullable().default(null),
  prefix: z.string(),
  exp: z.number(),
});

/** Longer than any job. The lease ends a holder's rights; this bounds a stolen credential. */
const CREDENTIAL_SECONDS = 7 * 24 * 3600;

/** Credentials that leave the process: signed, so that nobody can name another claim's prefix. */
export function signedJobCredentials(signer: TokenSigner, now: () => number): JobCredentials {
  return {
    issue: ({ jobId, leaseToken, claimNo, kind, fileId, clearPrefix }) => {
      const exp = Math.floor(now() / 1000) + CREDENTIAL_SECONDS;
      const claims = { sub: jobId, lease: leaseToken, claim: claimNo, kind, file: fileId, prefix: clearPrefix };
      return signer.sign({ ...claims, exp });
    },
    read: async (credential) => {
      const verified = await signer.verify(credential, now() / 1000);
      const claims = verified.kind === "valid" ? credentialSchema.safeParse(verified.payload) : null;
      if (claims?.success !== true) return null;
      const { sub, lease, claim, kind, file, prefix } = claims.data;
      return { jobId: sub, leaseToken: lease, claimNo: claim, kind, fileId: file, clearPrefix: prefix };
    },
  };
}

const holderSchema = z.strictObject({
  jobId: z.string(),
  leaseToken: z.string(),
  claimNo: z.int(),
  kind: z.enum(JOB_KINDS),
  fileId: z.string().nullable(),
  clearPrefix: z.string(),
});

/** Credentials that never leave the process that issued them: not signed. */
export function inProcessJobCredentials(): JobCredentials {
  return {
    issue: async (holder) => JSON.stringify(holder),
    read: async (credential) => {
      const holder = holderSchema.safeParse(jsonIn(credential));
      return holder.success ? holder.data : null;
    },
  };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
