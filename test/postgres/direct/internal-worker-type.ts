import type { Progress } from "../../../shared/application/protocols/job-protocol.ts";

export const PROCESSOR_TOKEN = "the-shared-secret-of-processors-0";
export const GRACE_SECONDS = 60;

export type Claim = { readonly jobId: string; readonly claimNo: number };

/** The Worker's routes for processors with a database, in this process: its router, over Postgres. */
export type InternalWorker = {
  readonly fetch: (request: Request) => Promise<Response>;
  /** Paths of requests in their order. */
  readonly requests: string[];
  readonly deleted: string[];
  /** Null for what is not the latest claim that has reported. */
  liveProgress(claim: Claim): Progress | null;
  settled(): Promise<void>;
  /** While true, nothing answers. */
  away: boolean;
};
