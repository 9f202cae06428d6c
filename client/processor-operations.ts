/* Made from the definitions of the routes by `npm run docs`: edit those. */

/** Of each operation: its input, its answers and the codes of its problems. */
export type ProcessorOperations = {
  /** Returns what stored prefixes are to the database. */
  checkGarbage: {
    input: { readonly body: { readonly prefixes: readonly string[]; }; };
    answers: { readonly status: 200; readonly body: { readonly uses: readonly ("named" | "live" | "retiring" | "unknown" | "garbage")[]; } };
    problems: "credentials-missing" | "credentials-invalid" | "incomplete-body" | "malformed-json" | "body-too-large" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Deletes those prefixes that are still garbage. */
  deleteGarbage: {
    input: { readonly body: { readonly prefixes: readonly string[]; }; };
    answers: { readonly status: 200; readonly body: { readonly deleted: readonly string[]; } };
    problems: "credentials-missing" | "credentials-invalid" | "incomplete-body" | "malformed-json" | "body-too-large" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Reports that the holder of a cancelled job has stopped. */
  acknowledgeCancel: {
    input: { readonly params: { readonly jobId: string; }; readonly body?: Record<string, never>; };
    answers: { readonly status: 204; readonly body: null };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "incomplete-body" | "malformed-json" | "body-too-large" | "lease-lost" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Claims this job and no other. */
  claimOneJob: {
    input: { readonly params: { readonly jobId: string; }; readonly body: { readonly leaseToken: string; readonly owner: string; }; };
    answers: { readonly status: 200; readonly body: { readonly outcome: "claimed"; readonly order: { readonly jobId: string; readonly credential: string; readonly claimNo: number; readonly attempt: number; readonly maxAttempts: number; readonly leaseMs: number; readonly kind: "TRANSCODE"; readonly resourceType: "VIDEO" | "AUDIO"; readonly source: { readonly kind: "upload"; readonly prefix: string; readonly size: number; readonly sha256?: string | undefined; readonly maxDurationSeconds?: number | undefined; } | { readonly kind: "url"; readonly url: string; } | { readonly kind: "single-key"; readonly prefix: string; readonly key: string; readonly renditions: readonly ({ readonly quality: "1080p" | "720p" | "480p" | "360p" | "192k" | "128k" | "96k"; readonly playlist: string; })[]; }; readonly fileName: string; readonly clearPrefix: string; } | { readonly jobId: string; readonly credential: string; readonly claimNo: number; readonly attempt: number; readonly maxAttempts: number; readonly leaseMs: number; readonly kind: "ENCRYPT"; readonly clearPrefix: string; readonly durationSeconds: number; readonly variants: readonly ({ readonly quality: "1080p" | "720p" | "480p" | "360p" | "192k" | "128k" | "96k"; readonly width: number | null; readonly height: number | null; readonly peakBandwidth: number; readonly averageBandwidth: number; readonly codecs: string; readonly frameRate: { readonly numerator: number; readonly denominator: number; } | null; readonly segmentCount: number; readonly bytes: number; })[]; }; } | { readonly outcome: "ended"; readonly state: "SUCCEEDED" | "FAILED" | "CANCELLED"; readonly failReason: string | null; } | { readonly outcome: "later"; readonly because: "leased" | "waiting"; readonly at: number; } | { readonly outcome: "unknown"; } };
    problems: "credentials-missing" | "credentials-invalid" | "incomplete-body" | "malformed-json" | "body-too-large" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Records the result of an encrypt job. */
  recordEncrypt: {
    input: { readonly params: { readonly jobId: string; }; readonly body: { readonly keyVersion: number; readonly variants: readonly ({ readonly quality: "1080p" | "720p" | "480p" | "360p" | "192k" | "128k" | "96k"; readonly width: number | null; readonly height: number | null; readonly peakBandwidth: number; readonly averageBandwidth: number; readonly codecs: string; readonly frameRate: { readonly numerator: number; readonly denominator: number; } | null; readonly segmentCount: number; readonly bytes: number; })[]; }; };
    answers: { readonly status: 204; readonly body: null };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "incomplete-body" | "malformed-json" | "body-too-large" | "lease-lost" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Reports a failed attempt. */
  failJob: {
    input: { readonly params: { readonly jobId: string; }; readonly body: { readonly code?: string | undefined; readonly reason: string; readonly permanent: boolean; readonly verification?: boolean | undefined; }; };
    answers: { readonly status: 200; readonly body: { readonly outcome: "retry" | "failed"; readonly runAfter: number | null; } };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "incomplete-body" | "malformed-json" | "body-too-large" | "lease-lost" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Extends the lease and stores the progress. */
  heartbeat: {
    input: { readonly params: { readonly jobId: string; }; readonly body: { readonly stage: "DOWNLOADING" | "PROBING" | "ENCODING" | "UPLOADING" | "ENCRYPTING" | "VERIFYING"; readonly percent: number; readonly fps?: number | undefined; readonly speed?: number | undefined; readonly etaSeconds?: number | undefined; readonly segments?: { readonly [name in "1080p" | "720p" | "480p" | "360p" | "192k" | "128k" | "96k"]?: number } | undefined; readonly plannedSegments?: { readonly [name in "1080p" | "720p" | "480p" | "360p" | "192k" | "128k" | "96k"]?: number } | undefined; readonly qualityPercent?: { readonly [name in "1080p" | "720p" | "480p" | "360p" | "192k" | "128k" | "96k"]?: number } | undefined; }; };
    answers: { readonly status: 200; readonly body: { readonly cancel: boolean; } };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "incomplete-body" | "malformed-json" | "body-too-large" | "lease-lost" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Returns the content keys of an encrypt job, the same for each of its claims. */
  stageKeys: {
    input: { readonly params: { readonly jobId: string; }; readonly body?: Record<string, never>; };
    answers: { readonly status: 200; readonly body: { readonly keyVersion: number; readonly encryptedPrefix: string; readonly keys: readonly ({ readonly quality: "1080p" | "720p" | "480p" | "360p" | "192k" | "128k" | "96k"; readonly keyId: string; readonly key: string; readonly keyUri: string; })[]; } };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "incomplete-body" | "malformed-json" | "body-too-large" | "lease-lost" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Reports live progress, which is not stored. */
  reportProgress: {
    input: { readonly params: { readonly jobId: string; }; readonly body: { readonly stage: "DOWNLOADING" | "PROBING" | "ENCODING" | "UPLOADING" | "ENCRYPTING" | "VERIFYING"; readonly percent: number; readonly fps?: number | undefined; readonly speed?: number | undefined; readonly etaSeconds?: number | undefined; readonly segments?: { readonly [name in "1080p" | "720p" | "480p" | "360p" | "192k" | "128k" | "96k"]?: number } | undefined; readonly plannedSegments?: { readonly [name in "1080p" | "720p" | "480p" | "360p" | "192k" | "128k" | "96k"]?: number } | undefined; readonly qualityPercent?: { readonly [name in "1080p" | "720p" | "480p" | "360p" | "192k" | "128k" | "96k"]?: number } | undefined; }; };
    answers: { readonly status: 204; readonly body: null };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "incomplete-body" | "malformed-json" | "body-too-large" | "lease-lost" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Gives the job back after a clean stop. */
  releaseJob: {
    input: { readonly params: { readonly jobId: string; }; readonly body?: Record<string, never>; };
    answers: { readonly status: 204; readonly body: null };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "incomplete-body" | "malformed-json" | "body-too-large" | "lease-lost" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Records the result of a transcode job. */
  recordTranscode: {
    input: { readonly params: { readonly jobId: string; }; readonly body: { readonly durationSeconds: number; readonly probe: { readonly container: string; readonly headerDuration: number | null; readonly video: { readonly codec: string; readonly width: number; readonly height: number; readonly rotation: number; readonly pixelFormat: string; readonly frameRate: { readonly numerator: number; readonly denominator: number; } | null; } | null; readonly audio: { readonly codec: string; readonly channels: number; readonly sampleRate: number; } | null; }; readonly warnings: readonly string[]; readonly variants: readonly ({ readonly quality: "1080p" | "720p" | "480p" | "360p" | "192k" | "128k" | "96k"; readonly width: number | null; readonly height: number | null; readonly peakBandwidth: number; readonly averageBandwidth: number; readonly codecs: string; readonly frameRate: { readonly numerator: number; readonly denominator: number; } | null; readonly segmentCount: number; readonly bytes: number; })[]; readonly images?: { readonly id: string; readonly posters: readonly ({ readonly seconds: number; readonly width: number; readonly height: number; readonly bytes: number; })[]; readonly best: number; readonly storyboard: { readonly tileWidth: number; readonly tileHeight: number; readonly columns: number; readonly tiles: number; readonly intervalSeconds: number; } | null; } | null | undefined; readonly captions?: readonly ({ readonly track: number; readonly language: string; readonly name: string; readonly isDefault: boolean; readonly isForced: boolean; readonly characteristics: readonly string[]; readonly cues: number; readonly bytes: number; })[] | undefined; readonly chapters?: readonly ({ readonly startSeconds: number; readonly title: string; })[] | undefined; readonly mediaStart?: number | undefined; readonly followsUp?: boolean | undefined; }; };
    answers: { readonly status: 200; readonly body: { readonly encryptJobId: string | null; } };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "incomplete-body" | "malformed-json" | "body-too-large" | "lease-lost" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Claims the oldest due job. */
  claimJob: {
    input: { readonly body: { readonly leaseToken: string; readonly owner: string; readonly kinds?: readonly ("TRANSCODE" | "ENCRYPT")[] | undefined; }; };
    answers: { readonly status: 200; readonly body: { readonly jobId: string; readonly credential: string; readonly claimNo: number; readonly attempt: number; readonly maxAttempts: number; readonly leaseMs: number; readonly kind: "TRANSCODE"; readonly resourceType: "VIDEO" | "AUDIO"; readonly source: { readonly kind: "upload"; readonly prefix: string; readonly size: number; readonly sha256?: string | undefined; readonly maxDurationSeconds?: number | undefined; } | { readonly kind: "url"; readonly url: string; } | { readonly kind: "single-key"; readonly prefix: string; readonly key: string; readonly renditions: readonly ({ readonly quality: "1080p" | "720p" | "480p" | "360p" | "192k" | "128k" | "96k"; readonly playlist: string; })[]; }; readonly fileName: string; readonly clearPrefix: string; } | { readonly jobId: string; readonly credential: string; readonly claimNo: number; readonly attempt: number; readonly maxAttempts: number; readonly leaseMs: number; readonly kind: "ENCRYPT"; readonly clearPrefix: string; readonly durationSeconds: number; readonly variants: readonly ({ readonly quality: "1080p" | "720p" | "480p" | "360p" | "192k" | "128k" | "96k"; readonly width: number | null; readonly height: number | null; readonly peakBandwidth: number; readonly averageBandwidth: number; readonly codecs: string; readonly frameRate: { readonly numerator: number; readonly denominator: number; } | null; readonly segmentCount: number; readonly bytes: number; })[]; } } | { readonly status: 204; readonly body: null };
    problems: "credentials-missing" | "credentials-invalid" | "incomplete-body" | "malformed-json" | "body-too-large" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Requeues expired leases, ends exhausted jobs and creates missing ones. */
  scanJobs: {
    input: { readonly body?: Record<string, never>; };
    answers: { readonly status: 200; readonly body: { readonly requeued: number; readonly exhausted: number; readonly created: number; readonly refreshed: number; readonly revocationsDeleted: number; } };
    problems: "credentials-missing" | "credentials-invalid" | "incomplete-body" | "malformed-json" | "body-too-large" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Returns the content keys of an encrypt job to the holder of the lease. */
  leasedKeys: {
    input: { readonly params: { readonly jobId: string; }; readonly body: { readonly leaseToken: string; }; };
    answers: { readonly status: 200; readonly body: { readonly keyVersion: number; readonly encryptedPrefix: string; readonly keys: readonly ({ readonly quality: "1080p" | "720p" | "480p" | "360p" | "192k" | "128k" | "96k"; readonly keyId: string; readonly key: string; readonly keyUri: string; })[]; } };
    problems: "credentials-missing" | "credentials-invalid" | "incomplete-body" | "malformed-json" | "body-too-large" | "lease-lost" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Shows live progress of the holder of the lease, which is not stored. */
  leasedProgress: {
    input: { readonly params: { readonly jobId: string; }; readonly body: { readonly leaseToken: string; readonly progress: { readonly stage: "DOWNLOADING" | "PROBING" | "ENCODING" | "UPLOADING" | "ENCRYPTING" | "VERIFYING"; readonly percent: number; readonly fps?: number | undefined; readonly speed?: number | undefined; readonly etaSeconds?: number | undefined; readonly segments?: { readonly [name in "1080p" | "720p" | "480p" | "360p" | "192k" | "128k" | "96k"]?: number } | undefined; readonly plannedSegments?: { readonly [name in "1080p" | "720p" | "480p" | "360p" | "192k" | "128k" | "96k"]?: number } | undefined; readonly qualityPercent?: { readonly [name in "1080p" | "720p" | "480p" | "360p" | "192k" | "128k" | "96k"]?: number } | undefined; }; }; };
    answers: { readonly status: 204; readonly body: null };
    problems: "credentials-missing" | "credentials-invalid" | "incomplete-body" | "malformed-json" | "body-too-large" | "lease-lost" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Returns the URL of a source, or the key of imported content, to the holder of the lease. */
  leasedSource: {
    input: { readonly params: { readonly jobId: string; }; readonly body: { readonly leaseToken: string; }; };
    answers: { readonly status: 200; readonly body: { readonly secret: string | null; } };
    problems: "credentials-missing" | "credentials-invalid" | "incomplete-body" | "malformed-json" | "body-too-large" | "lease-lost" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Queues the deletion of prefixes that nothing plays and no upload names. */
  deleteObjects: {
    input: { readonly body: { readonly prefixes: readonly string[]; }; };
    answers: { readonly status: 200; readonly body: { readonly deleted: readonly string[]; } };
    problems: "credentials-missing" | "credentials-invalid" | "incomplete-body" | "malformed-json" | "body-too-large" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Starts the delivery of events that a processor has saved, and does not wait for it. */
  dispatchOutbox: {
    input: { readonly body?: Record<string, never>; };
    answers: { readonly status: 204; readonly body: null };
    problems: "credentials-missing" | "credentials-invalid" | "incomplete-body" | "malformed-json" | "body-too-large" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Returns the rules of jobs, and whether the processor is connected to the database of this Worker. */
  processorSettings: {
    input: { readonly query: { readonly mark: number; }; };
    answers: { readonly status: 200; readonly body: { readonly database: "same" | "other" | "d1"; readonly rules: { readonly leaseMs: number; readonly maxAttempts: number; readonly firstBackoffMs: number; readonly longestBackoffMs: number; readonly followUpMs: number | null; }; readonly keyGraceSeconds: number; readonly rekeyMaxInFlight: number; } };
    problems: "credentials-missing" | "credentials-invalid" | "invalid" | "misconfigured" | "unavailable";
  };
};

export const PROCESSOR_OPERATIONS = {
  checkGarbage: { method: "POST", path: "/internal/garbage/check" },
  deleteGarbage: { method: "POST", path: "/internal/garbage/delete" },
  acknowledgeCancel: { method: "POST", path: "/internal/jobs/{jobId}/cancelled" },
  claimOneJob: { method: "POST", path: "/internal/jobs/{jobId}/claim" },
  recordEncrypt: { method: "POST", path: "/internal/jobs/{jobId}/encrypt-result" },
  failJob: { method: "POST", path: "/internal/jobs/{jobId}/fail" },
  heartbeat: { method: "POST", path: "/internal/jobs/{jobId}/heartbeat" },
  stageKeys: { method: "POST", path: "/internal/jobs/{jobId}/keys" },
  reportProgress: { method: "POST", path: "/internal/jobs/{jobId}/progress" },
  releaseJob: { method: "POST", path: "/internal/jobs/{jobId}/release" },
  recordTranscode: { method: "POST", path: "/internal/jobs/{jobId}/transcode-result" },
  claimJob: { method: "POST", path: "/internal/jobs/claim" },
  scanJobs: { method: "POST", path: "/internal/jobs/scan" },
  leasedKeys: { method: "POST", path: "/internal/leases/{jobId}/keys" },
  leasedProgress: { method: "POST", path: "/internal/leases/{jobId}/progress" },
  leasedSource: { method: "POST", path: "/internal/leases/{jobId}/source" },
  deleteObjects: { method: "POST", path: "/internal/objects/delete" },
  dispatchOutbox: { method: "POST", path: "/internal/outbox/dispatch" },
  processorSettings: { method: "GET", path: "/internal/processor-settings" },
} as const satisfies Readonly<
  Record<keyof ProcessorOperations, { readonly method: string; readonly path: string; readonly files?: true }>
>;
