/* Made from the definitions of the routes by `npm run docs`: edit those. */

import type { FileToSend } from "./file-to-send.ts";

export type AcceptedEncoderJob = { readonly status: "accepted"; readonly jobId: string; readonly slug: string; readonly title: string; readonly jobStatus: "DOWNLOADING" | "ENCODING" | "UPLOADING_TO_CLOUD_STORAGE" | "COMPLETED" | "FAILED" | "CANCELLED"; readonly statusUrl: string; readonly jobUrl: string; };

export type AddedCaption = { readonly videoPostId: string; readonly fileIndex: number; readonly version: number; readonly captions: readonly Caption[]; readonly captionId: string; };

export type AddedParts = { readonly videoPostId: string; readonly version: number; readonly status: "DRAFT" | "TRANSCODING" | "TRANSCODE_FAILED" | "PROCESSING_CANCELLED" | "PENDING_AUDIT" | "PUBLISHED" | "REJECTED" | "DELETED"; readonly files: readonly ({ readonly fileIndex: number; readonly jobId: string; })[]; };

export type ApiKey = { readonly keyId: string; readonly name: string; readonly scopes: readonly ("admin" | "posts:read" | "posts:write" | "posts:author" | "videos:read" | "rewards:read" | "tokens:issue" | "keys:read" | "keys:rotate" | "access:write" | "audit:read" | "webhooks:manage")[]; readonly createdBy: string; readonly status: "ACTIVE" | "EXPIRED" | "REVOKED"; readonly createdAt: string; readonly expiresAt: string | null; readonly revokedAt: string | null; readonly lastUsedAt: string | null; };

export type AuditEvent = { readonly id: string; readonly actor: string; readonly action: string; readonly videoPostId: string | null; readonly fileIndex: number | null; readonly status: number; readonly reason: string | null; readonly count: number; readonly clientAddress: string | null; readonly country: string | null; readonly details: { readonly [name in string]: unknown } | null; readonly outcome: "done" | "refused"; readonly at: string; readonly keepUntil: string; };

export type Caller = { readonly callerId: string; readonly kind: "api-key" | "access" | "gateway"; readonly name: string | null; readonly scopes: readonly ("admin" | "posts:read" | "posts:write" | "posts:author" | "videos:read" | "rewards:read" | "tokens:issue" | "keys:read" | "keys:rotate" | "access:write" | "audit:read" | "webhooks:manage")[]; };

export type Caption = { readonly captionId: string; readonly origin: "UPLOADED" | "SOURCE"; readonly language: string; readonly name: string; readonly default: boolean; readonly forced: boolean; readonly characteristics: readonly string[]; readonly cues: number; readonly bytes: number; readonly createdAt: number; readonly textChangedAt: number; };

export type Chapter = { readonly startSeconds: number; readonly title: string; };

export type CompleteUpload = { readonly uploadId: string; readonly size: number; readonly state: "COMPLETE"; readonly expiresAt: string; };

export type ContentKey = { readonly keyId: string; readonly quality: "1080p" | "720p" | "480p" | "360p" | "192k" | "128k" | "96k"; readonly keyVersion: number; readonly status: "STAGED" | "ACTIVE" | "RETIRING" | "REVOKED"; readonly keyUriTemplate: string; readonly usableUntil: number | null; readonly createdAt: number; };

export type CreatedVideoPost = { readonly videoPostId: string; readonly status: "DRAFT" | "TRANSCODING" | "TRANSCODE_FAILED" | "PROCESSING_CANCELLED" | "PENDING_AUDIT" | "PUBLISHED" | "REJECTED" | "DELETED"; readonly version: number; readonly files: readonly ({ readonly fileIndex: number; readonly jobId: string; })[]; };

export type Diagnostics = { readonly version: string; readonly serverTime: number; readonly database: "d1" | "postgres"; readonly bindings: readonly ({ readonly name: string; readonly required: boolean; readonly state: "working" | "present" | "failing" | "missing"; readonly detail: string | null; })[]; readonly migrations: { readonly newest: string; readonly applied: number | null; readonly missing: readonly string[]; readonly unknown: readonly string[]; }; readonly cronLastRunAt: number | null; readonly queues: readonly ({ readonly binding: "DELETE_OBJECTS" | "AUDIT_EVENTS" | "WEBHOOKS"; readonly lastProbeAt: number | null; })[]; readonly processors: { readonly lastSeenAt: number | null; readonly working: readonly string[]; readonly waiting: number; readonly waitingSince: number | null; }; readonly secrets: readonly ({ readonly name: string; readonly weakness: "repetitive" | "sequence" | "readable" | "reused" | null; })[]; readonly playback: { readonly baseUrl: string | null; readonly sampleSegment: string | null; }; readonly demoViewers: boolean; };

export type EncoderCollection = { readonly slug: string; readonly items: readonly EncoderJob[]; readonly nextCursor: string | null; };

export type EncoderJob = { readonly jobId: string; readonly status: "DOWNLOADING" | "ENCODING" | "UPLOADING_TO_CLOUD_STORAGE" | "COMPLETED" | "FAILED" | "CANCELLED"; readonly stage: "DOWNLOADING" | "PROBING" | "ENCODING" | "UPLOADING" | "ENCRYPTING" | "VERIFYING" | "QUEUED" | null; readonly progressPercentage: number; readonly currentVariant: number | null; readonly variantProgressPercentage: number | null; readonly completedSegments: number; readonly totalSegments: number | null; readonly slug: string; readonly title: string; readonly resourceType: "VIDEO" | "AUDIO"; readonly videoPostId: string; readonly variants: { readonly [name in string]: Variant }; readonly masterPlaylistUrl: string | null; readonly securePlaybackUrl: string | null; readonly keyPrefix: string | null; readonly durationSeconds: number | null; readonly warnings: readonly string[]; readonly failure: { readonly code: FailureCode; readonly message: string; } | null; readonly metadata: { readonly [name in string]: string }; readonly passthrough: string | null; readonly statusUrl: string; readonly jobUrl: string; readonly createdAt: string; readonly finishedAt: string | null; };

export type EncoderJobStatus = { readonly jobId: string; readonly status: "DOWNLOADING" | "ENCODING" | "UPLOADING_TO_CLOUD_STORAGE" | "COMPLETED" | "FAILED" | "CANCELLED"; readonly stage: "DOWNLOADING" | "PROBING" | "ENCODING" | "UPLOADING" | "ENCRYPTING" | "VERIFYING" | "QUEUED" | null; readonly progressPercentage: number; readonly currentVariant: number | null; readonly variantProgressPercentage: number | null; readonly completedSegments: number; readonly totalSegments: number | null; readonly failure: { readonly code: FailureCode; readonly message: string; } | null; readonly statusUrl: string; readonly jobUrl: string; };

export type EventTicket = { readonly ticket: string; readonly eventsUrl: string; readonly expiresAt: string; };

export type FailureCode = "source-address-refused" | "source-unreachable" | "source-access-denied" | "source-not-found" | "source-not-served" | "source-changed" | "source-too-large" | "source-empty" | "source-url-gone" | "upload-gone" | "upload-damaged" | "source-unreadable" | "source-incomplete" | "no-video-or-audio" | "format-not-supported" | "protected-content" | "mixed-recordings" | "media-over-limits" | "too-long" | "took-too-long" | "import-unusable" | "import-gone" | "media-check-failed" | "clear-renditions-gone" | "part-gone" | "encoder-failed" | "out-of-memory" | "disk-full" | "storage-unavailable" | "stored-object-missing" | "service-unavailable" | "processor-outdated" | "launch-failed" | "attempts-exhausted" | "internal" | "unclassified";

export type Images = { readonly poster: { readonly url: string | null; readonly width: number; readonly height: number; readonly candidate: number | null; } | null; readonly candidates: readonly ({ readonly number: number; readonly seconds: number; readonly url: string | null; readonly width: number; readonly height: number; })[]; readonly storyboard: { readonly url: string | null; readonly jsonUrl: string | null; readonly tileWidth: number; readonly tileHeight: number; readonly columns: number; readonly tiles: number; readonly intervalSeconds: number; } | null; };

export type ImportedPost = { readonly importId: string; readonly videoPostId: string; readonly status: string; };

export type IssuedToken = { readonly token: string; readonly expiresAt: string; readonly qualities: readonly ("1080p" | "720p" | "480p" | "360p" | "192k" | "128k" | "96k")[]; readonly lockedQualities: readonly ("1080p" | "720p" | "480p" | "360p" | "192k" | "128k" | "96k")[]; readonly masterUrl: string; };

export type Job = { readonly jobId: string; readonly videoPostId: string; readonly kind: "TRANSCODE" | "ENCRYPT"; readonly state: "QUEUED" | "RUNNING" | "RETRY_WAIT" | "SUCCEEDED" | "FAILED" | "CANCELLED"; readonly stage: "DOWNLOADING" | "PROBING" | "ENCODING" | "UPLOADING" | "ENCRYPTING" | "VERIFYING" | null; readonly claimNo: number; readonly attempt: number; readonly maxAttempts: number; readonly leaseOwner: string | null; readonly leaseExpiresAt: number | null; readonly runAfter: number; readonly launchAfter: number | null; readonly progress: { readonly stage: "DOWNLOADING" | "PROBING" | "ENCODING" | "UPLOADING" | "ENCRYPTING" | "VERIFYING"; readonly percent: number; readonly fps?: number | undefined; readonly speed?: number | undefined; readonly etaSeconds?: number | undefined; readonly segments?: { readonly [name in "1080p" | "720p" | "480p" | "360p" | "192k" | "128k" | "96k"]?: number } | undefined; readonly plannedSegments?: { readonly [name in "1080p" | "720p" | "480p" | "360p" | "192k" | "128k" | "96k"]?: number } | undefined; readonly qualityPercent?: { readonly [name in "1080p" | "720p" | "480p" | "360p" | "192k" | "128k" | "96k"]?: number } | undefined; } | null; readonly failCode: FailureCode | null; readonly failReason: string | null; readonly cancelRequested: boolean; readonly createdAt: number; readonly startedAt: number | null; readonly finishedAt: number | null; readonly fileIndex: number | null; readonly launch: JobLaunch | null; };

export type JobLaunch = { readonly launchId: string; readonly jobId: string; readonly number: number; readonly state: "STARTING" | "STARTED" | "STOPPING" | "REFUSED" | "ENDED"; readonly platform: string; readonly region: string | null; readonly platformId: string | null; readonly cause: "capacity" | "throttled" | "misconfigured" | null; readonly reason: string | null; readonly exitCode: number | null; readonly createdAt: number; readonly updatedAt: number; };

export type KeysAtRest = { readonly current: string; readonly keys: readonly ({ readonly kekId: string; readonly contentKeys: number; readonly singleKeys: number; readonly sourceUrls: number; readonly webhookSecrets: number; readonly use: "current" | "former" | "unknown" | "none"; })[]; };

export type ListedLaunch = { readonly launchId: string; readonly jobId: string; readonly number: number; readonly state: "STARTING" | "STARTED" | "STOPPING" | "REFUSED" | "ENDED"; readonly platform: string; readonly region: string | null; readonly platformId: string | null; readonly cause: "capacity" | "throttled" | "misconfigured" | null; readonly reason: string | null; readonly exitCode: number | null; readonly createdAt: number; readonly updatedAt: number; readonly runsJobId: string; };

export type ListedPoster = { readonly fileIndex: number; readonly url: string | null; readonly width: number; readonly height: number; readonly candidate: number | null; };

export type MigrationProgress = { readonly waiting: number; readonly queued: number; readonly underWay: number; readonly failed: number; readonly stopped: number; readonly migrated: number; readonly maxInFlight: number; };

export type NewApiKey = { readonly keyId: string; readonly name: string; readonly scopes: readonly ("admin" | "posts:read" | "posts:write" | "posts:author" | "videos:read" | "rewards:read" | "tokens:issue" | "keys:read" | "keys:rotate" | "access:write" | "audit:read" | "webhooks:manage")[]; readonly createdBy: string; readonly status: "ACTIVE" | "EXPIRED" | "REVOKED"; readonly createdAt: string; readonly expiresAt: string | null; readonly revokedAt: string | null; readonly lastUsedAt: string | null; readonly key: string; };

export type NewMultipartUpload = { readonly parts: readonly ({ readonly partNumber: number; readonly size: number; readonly url: string; })[]; readonly urlsExpireAt: string; readonly expiresAt: string; readonly uploadId: string; readonly partSize: number; readonly partCount: number; };

export type NewUploadToken = { readonly tokenId: string; readonly state: "WAITING" | "UPLOADING" | "POST_CREATED" | "EXPIRED" | "REVOKED"; readonly maxBytes: number; readonly maxDurationSeconds: number | null; readonly corsOrigin: string | null; readonly uses: 1; readonly postDefaults: { readonly authorId: string; readonly title: string | null; readonly description: string; readonly resourceType: "VIDEO" | "AUDIO"; readonly interaction: { readonly comments: boolean; readonly liveComments: boolean; }; readonly access: "POLICY" | "PUBLIC"; readonly autoPublish: boolean; readonly metadata: { readonly [name in string]: string }; readonly passthrough: string | null; }; readonly createdBy: string; readonly createdAt: string; readonly expiresAt: string; readonly revokedAt: string | null; readonly upload: { readonly uploadId: string; readonly size: number | null; readonly offset: number; readonly expiresAt: string; } | null; readonly videoPostId: string | null; readonly uploadUrl: string; };

export type NewWebhookEndpoint = { readonly webhookId: string; readonly url: string; readonly events: readonly string[]; readonly description: string; readonly state: "ENABLED" | "DISABLED"; readonly disabledReason: "REQUESTED" | "GONE" | null; readonly disabledAt: string | null; readonly createdBy: string; readonly createdAt: string; readonly updatedAt: string; readonly secret: string; };

export type Overview = { readonly at: number; readonly from: number; readonly jobs: { readonly completeFrom: number; readonly byHour: readonly ({ readonly hour: number; readonly kind: "TRANSCODE" | "ENCRYPT"; readonly state: "SUCCEEDED" | "FAILED" | "CANCELLED"; readonly count: number; })[]; readonly failures: readonly ({ readonly kind: "TRANSCODE" | "ENCRYPT"; readonly failCode: FailureCode; readonly count: number; })[]; readonly times: readonly ({ readonly kind: "TRANSCODE" | "ENCRYPT"; readonly stage: "WAITING" | "RUNNING"; readonly jobs: number; readonly medianMs: number; readonly p95Ms: number; })[]; }; readonly queue: { readonly counts: { readonly QUEUED: number; readonly RUNNING: number; readonly RETRY_WAIT: number; readonly FAILED: number; }; readonly oldest: { readonly jobId: string; readonly videoPostId: string; readonly kind: "TRANSCODE" | "ENCRYPT"; readonly dueSince: number; } | null; }; readonly launches: { readonly completeFrom: number; readonly byState: readonly ({ readonly state: "STARTING" | "STARTED" | "STOPPING" | "REFUSED" | "ENDED"; readonly cause: "capacity" | "throttled" | "misconfigured" | null; readonly count: number; })[]; readonly reasons: readonly ({ readonly reason: string; readonly count: number; })[]; }; readonly storage: { readonly posts: number; readonly isComplete: boolean; readonly sourceBytes: number; readonly clearBytes: number; readonly encryptedBytes: number; readonly largestPosts: readonly ({ readonly videoPostId: string; readonly title: string; readonly resourceType: "VIDEO" | "AUDIO"; readonly sourceBytes: number; readonly clearBytes: number; readonly encryptedBytes: number; })[]; }; };

export type Part = { readonly fileIndex: number; readonly position: number; readonly fileName: string; readonly fileSize: number | null; readonly durationSeconds: number | null; readonly transferResult: "IMPORTED" | "TRANSCODING" | "SUCCESS" | "FAILED" | "CANCELLED"; readonly encryptStatus: "UNENCRYPTED" | "ENCRYPTING" | "ENCRYPTED" | "FAILED" | "CANCELLED"; readonly keyVersion: number | null; readonly migration: "waiting" | "under-way" | "failed" | "stopped" | null; readonly failCode: FailureCode | null; readonly failReason: string | null; readonly warnings: readonly string[]; readonly captions: readonly Caption[]; readonly chapters: readonly Chapter[]; readonly probe: { readonly container: string; readonly headerDuration: number | null; readonly video: { readonly codec: string; readonly width: number; readonly height: number; readonly rotation: number; readonly pixelFormat: string; readonly frameRate: { readonly numerator: number; readonly denominator: number; } | null; } | null; readonly audio: { readonly codec: string; readonly channels: number; readonly sampleRate: number; } | null; } | null; readonly variants: readonly Variant[]; readonly images: Images; readonly replacement: Replacement | null; readonly qualityAuth: readonly QualityPolicy[]; };

export type PartAddresses = { readonly parts: readonly ({ readonly partNumber: number; readonly size: number; readonly url: string; })[]; readonly urlsExpireAt: string; readonly expiresAt: string; };

export type PartCaptions = { readonly videoPostId: string; readonly fileIndex: number; readonly version: number; readonly captions: readonly Caption[]; };

export type PartChapters = { readonly videoPostId: string; readonly fileIndex: number; readonly version: number; readonly origin: "SET" | "SOURCE" | null; readonly chapters: readonly Chapter[]; };

export type PartEncryption = { readonly videoPostId: string; readonly fileIndex: number; readonly transferResult: "IMPORTED" | "TRANSCODING" | "SUCCESS" | "FAILED" | "CANCELLED"; readonly encryptStatus: "UNENCRYPTED" | "ENCRYPTING" | "ENCRYPTED" | "FAILED" | "CANCELLED"; readonly failCode: FailureCode | null; readonly failReason: string | null; readonly playingKeyVersion: number | null; readonly latestKeyVersion: number | null; readonly stagedKeyVersion: number | null; };

export type Problem = { readonly type: "about:blank"; readonly title: string; readonly status: number; readonly code: string; readonly detail?: string | undefined; };

export type QualityPolicy = { readonly quality: "1080p" | "720p" | "480p" | "360p" | "192k" | "128k" | "96k"; readonly policy: "PUBLIC" | "AUTHENTICATED" | "ENTITLED" | "DENIED"; readonly entitlement: string | null; };

export type ReplacedPart = { readonly videoPostId: string; readonly version: number; readonly status: "DRAFT" | "TRANSCODING" | "TRANSCODE_FAILED" | "PROCESSING_CANCELLED" | "PENDING_AUDIT" | "PUBLISHED" | "REJECTED" | "DELETED"; readonly fileIndex: number; readonly jobId: string; };

export type Replacement = { readonly fileName: string; readonly fileSize: number | null; readonly durationSeconds: number | null; readonly transferResult: "IMPORTED" | "TRANSCODING" | "SUCCESS" | "FAILED" | "CANCELLED"; readonly encryptStatus: "UNENCRYPTED" | "ENCRYPTING" | "ENCRYPTED" | "FAILED" | "CANCELLED"; readonly failCode: FailureCode | null; readonly failReason: string | null; readonly warnings: readonly string[]; readonly requestedAt: number; };

export type Revision = { readonly version: number; readonly at: number; readonly actor: string | null; readonly action: "post.create" | "post.import" | "post.update" | "post.parts" | "post.captions" | "post.chapters" | "post.poster" | "post.interaction" | "post.submit" | "post.audit" | "post.withdraw" | "post.delete" | "post.refresh" | "policy.set" | "keys.generate" | "keys.rotate" | "access.revoke" | "migration.request" | "job.transcode" | "job.encrypt" | "job.cancel" | "job.retry" | null; readonly fileIndex: number | null; readonly result: "PASSED" | "REJECTED" | "SUCCESS" | "FAILED" | null; readonly reason: string | null; readonly fields: readonly string[]; readonly status: "DRAFT" | "TRANSCODING" | "TRANSCODE_FAILED" | "PROCESSING_CANCELLED" | "PENDING_AUDIT" | "PUBLISHED" | "REJECTED" | "DELETED" | null; };

export type Reward = { readonly videoPostId: string; readonly direction: "REWARD" | "REVERSAL"; readonly amount: number; readonly at: number; };

export type RewrappedPage = { readonly current: string; readonly rewrapped: number; readonly left: number; readonly unknown: readonly ({ readonly kekId: string; readonly contentKeys: number; readonly singleKeys: number; readonly sourceUrls: number; readonly webhookSecrets: number; })[]; readonly damaged: readonly ({ readonly videoPostId: string | null; readonly fileIndex: number | null; readonly webhookId: string | null; readonly kind: "content" | "single-key" | "source-url" | "webhook-secret"; readonly quality: string | null; readonly keyVersion: number | null; readonly kekId: string; })[]; readonly nextCursor: string | null; };

export type RotationBatch = { readonly batchId: string; readonly state: "RUNNING" | "PAUSED" | "DONE" | "CANCELLED"; readonly selection: { readonly [name in string]: unknown }; readonly maxInFlight: number; readonly graceSeconds: number | null; readonly requestedBy: string; readonly createdAt: string; readonly finishedAt: string | null; readonly filled: boolean; };

export type RotationBatchWithProgress = { readonly batchId: string; readonly state: "RUNNING" | "PAUSED" | "DONE" | "CANCELLED"; readonly selection: { readonly [name in string]: unknown }; readonly maxInFlight: number; readonly graceSeconds: number | null; readonly requestedBy: string; readonly createdAt: string; readonly finishedAt: string | null; readonly filled: boolean; readonly progress: { readonly total: number; readonly pending: number; readonly rotating: number; readonly succeeded: number; readonly failed: number; readonly skipped: number; readonly percent: number | null; readonly secondsLeft: number | null; }; };

export type RotationItem = { readonly videoPostId: string; readonly fileIndex: number; readonly state: "PENDING" | "ROTATING" | "SUCCEEDED" | "FAILED" | "SKIPPED"; readonly fromKeyVersion: number | null; readonly toKeyVersion: number | null; readonly jobId: string | null; readonly reason: string | null; readonly startedAt: string | null; readonly finishedAt: string | null; };

export type RotationPreview = { readonly dryRun: true; readonly items: readonly ({ readonly videoPostId: string; readonly fileIndex: number; readonly keyVersion: number | null; readonly outcome: "rotate" | "deleted" | "replaced" | "not-playing" | "no-clear-renditions" | "already-rotating"; readonly qualities: number; readonly segments: number; readonly bytes: number; })[]; readonly totals: { readonly rotate: number; readonly skip: number; readonly segments: number; readonly bytes: number; }; readonly nextCursor: string | null; };

export type SessionToken = { readonly token: string; readonly expiresAt: string; readonly refreshableUntil: string; };

export type UploadToken = { readonly tokenId: string; readonly state: "WAITING" | "UPLOADING" | "POST_CREATED" | "EXPIRED" | "REVOKED"; readonly maxBytes: number; readonly maxDurationSeconds: number | null; readonly corsOrigin: string | null; readonly uses: 1; readonly postDefaults: { readonly authorId: string; readonly title: string | null; readonly description: string; readonly resourceType: "VIDEO" | "AUDIO"; readonly interaction: { readonly comments: boolean; readonly liveComments: boolean; }; readonly access: "POLICY" | "PUBLIC"; readonly autoPublish: boolean; readonly metadata: { readonly [name in string]: string }; readonly passthrough: string | null; }; readonly createdBy: string; readonly createdAt: string; readonly expiresAt: string; readonly revokedAt: string | null; readonly upload: { readonly uploadId: string; readonly size: number | null; readonly offset: number; readonly expiresAt: string; } | null; readonly videoPostId: string | null; };

export type Variant = { readonly quality: "1080p" | "720p" | "480p" | "360p" | "192k" | "128k" | "96k"; readonly width: number | null; readonly height: number | null; readonly peakBandwidth: number; readonly averageBandwidth: number; readonly codecs: string; readonly segmentCount: number; readonly bytes: number; readonly frameRate: { readonly numerator: number; readonly denominator: number; } | null; };

export type Video = { readonly videoPostId: string; readonly authorId: string; readonly title: string; readonly slug: string; readonly description: string; readonly resourceType: "VIDEO" | "AUDIO"; readonly durationSeconds: number; readonly posterUrl: string | null; readonly interaction: { readonly comments: boolean; readonly liveComments: boolean; }; readonly parts: readonly ({ readonly fileIndex: number; readonly position: number; readonly durationSeconds: number | null; readonly qualities: readonly ("1080p" | "720p" | "480p" | "360p" | "192k" | "128k" | "96k")[]; readonly posterUrl: string | null; readonly ready: boolean; })[]; readonly publishedAt: number; };

export type VideoPost = { readonly videoPostId: string; readonly importId: string | null; readonly authorId: string; readonly title: string; readonly slug: string; readonly description: string; readonly resourceType: "VIDEO" | "AUDIO"; readonly status: "DRAFT" | "TRANSCODING" | "TRANSCODE_FAILED" | "PROCESSING_CANCELLED" | "PENDING_AUDIT" | "PUBLISHED" | "REJECTED" | "DELETED"; readonly version: number; readonly interaction: { readonly comments: boolean; readonly liveComments: boolean; }; readonly access: "POLICY" | "PUBLIC"; readonly autoPublish: boolean; readonly metadata: { readonly [name in string]: string }; readonly passthrough: string | null; readonly durationSeconds: number; readonly createdAt: number; readonly updatedAt: number; readonly deletedAt: number | null; readonly publishedAt: number | null; readonly audit: { readonly result: "PASSED" | "REJECTED"; readonly reason: string | null; readonly by: string; readonly at: number; } | null; readonly withdrawal: { readonly reason: string | null; readonly by: string; readonly at: number; } | null; readonly files: readonly Part[]; };

export type VideoPostSummary = { readonly videoPostId: string; readonly authorId: string; readonly title: string; readonly slug: string; readonly resourceType: "VIDEO" | "AUDIO"; readonly status: "DRAFT" | "TRANSCODING" | "TRANSCODE_FAILED" | "PROCESSING_CANCELLED" | "PENDING_AUDIT" | "PUBLISHED" | "REJECTED" | "DELETED"; readonly durationSeconds: number; readonly createdAt: number; readonly updatedAt: number; readonly publishedAt: number | null; readonly poster: ListedPoster | null; };

export type WebhookAttempt = { readonly attempt: number; readonly startedAt: string; readonly durationMs: number; readonly status: number | null; readonly error: string | null; readonly excerpt: string | null; readonly nextAttemptAt: string | null; };

export type WebhookDelivery = { readonly deliveryId: string; readonly type: string; readonly state: "PENDING" | "DELIVERED" | "FAILED" | "HELD"; readonly attempts: number; readonly eventAt: string; readonly nextAttemptAt: string | null; readonly createdAt: string; readonly deliveredAt: string | null; };

export type WebhookDeliveryDetail = { readonly deliveryId: string; readonly type: string; readonly state: "PENDING" | "DELIVERED" | "FAILED" | "HELD"; readonly attempts: number; readonly eventAt: string; readonly nextAttemptAt: string | null; readonly createdAt: string; readonly deliveredAt: string | null; readonly body: string; readonly attemptList: readonly WebhookAttempt[]; };

export type WebhookEndpoint = { readonly webhookId: string; readonly url: string; readonly events: readonly string[]; readonly description: string; readonly state: "ENABLED" | "DISABLED"; readonly disabledReason: "REQUESTED" | "GONE" | null; readonly disabledAt: string | null; readonly createdBy: string; readonly createdAt: string; readonly updatedAt: string; };

/** Of each operation: its input, its answers and the codes of its problems. */
export type Operations = {
  /** Issues a token with every entitlement; exists only where DEMO_VIEWERS is enabled. */
  issueDemoToken: {
    input: { readonly body: { readonly videoPostId: string; readonly fileIndex: number; }; };
    answers: { readonly status: 200; readonly body: IssuedToken };
    problems: "incomplete-body" | "malformed-json" | "body-too-large" | "not-found" | "nothing-allowed" | "not-ready" | "wrong-state" | "deleted" | "unavailable" | "invalid" | "misconfigured";
  };
  /** Extends a play session. */
  refreshSession: {
    input: { readonly body?: { readonly token?: string | undefined; }; };
    answers: { readonly status: 200; readonly body: SessionToken };
    problems: "token-missing" | "token-invalid" | "token-expired" | "incomplete-body" | "malformed-json" | "body-too-large" | "session-elsewhere" | "too-many-requests" | "not-a-session" | "token-revoked" | "session-ended" | "session-limit" | "uses-exhausted" | "key-superseded" | "unavailable" | "invalid" | "misconfigured";
  };
  /** Ends a play session. */
  endSession: {
    input: { readonly body?: { readonly token?: string | undefined; }; };
    answers: { readonly status: 204; readonly body: null };
    problems: "token-missing" | "token-invalid" | "incomplete-body" | "malformed-json" | "body-too-large" | "too-many-requests" | "not-a-session" | "unavailable" | "invalid" | "misconfigured";
  };
  /** Ends a play session, for pages that can only send a beacon. */
  endSessionByBeacon: {
    input: { readonly body?: { readonly token?: string | undefined; }; };
    answers: { readonly status: 204; readonly body: null };
    problems: "token-missing" | "token-invalid" | "incomplete-body" | "malformed-json" | "body-too-large" | "too-many-requests" | "not-a-session" | "unavailable" | "invalid" | "misconfigured";
  };
  /** Issues a token for the qualities that the policies allow to this viewer. */
  issueViewerToken: {
    input: { readonly body: { readonly videoPostId: string; readonly fileIndex: number; }; };
    answers: { readonly status: 200; readonly body: IssuedToken };
    problems: "credentials-invalid" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "not-found" | "nothing-allowed" | "not-ready" | "wrong-state" | "deleted" | "unavailable" | "invalid" | "misconfigured";
  };
  /** Sets policies of a part; qualities that are not named keep theirs. */
  setPolicies: {
    input: { readonly body: { readonly videoPostId: string; readonly fileIndex: number; readonly policies: readonly ({ readonly quality: "1080p" | "720p" | "480p" | "360p" | "192k" | "128k" | "96k"; readonly policy: "PUBLIC" | "AUTHENTICATED" | "ENTITLED" | "DENIED"; readonly entitlement?: string | null | undefined; })[]; }; };
    answers: { readonly status: 200; readonly body: { readonly outcome: "changed" | "unchanged"; } };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Sets policies of up to 50 parts, each in a separate save. */
  setPoliciesBatch: {
    input: { readonly body: { readonly items: readonly ({ readonly videoPostId: string; readonly fileIndex: number; readonly policies: readonly ({ readonly quality: "1080p" | "720p" | "480p" | "360p" | "192k" | "128k" | "96k"; readonly policy: "PUBLIC" | "AUTHENTICATED" | "ENTITLED" | "DENIED"; readonly entitlement?: string | null | undefined; })[]; })[]; }; };
    answers: { readonly status: 200; readonly body: { readonly results: readonly ({ readonly videoPostId: string; readonly fileIndex: number; readonly outcome: "changed" | "unchanged"; } | { readonly videoPostId: string; readonly fileIndex: number; readonly outcome: "refused"; readonly problem: Problem; })[]; } };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Revokes tokens, or the keys of one version. */
  revoke: {
    input: { readonly body: { readonly token?: string | undefined; readonly tokenId?: string | undefined; readonly viewer?: string | undefined; readonly apiKeyId?: string | undefined; readonly videoPostId?: string | undefined; readonly fileIndex?: number | undefined; readonly keyVersion?: number | undefined; }; };
    answers: { readonly status: 200; readonly body: { readonly sequence: number; readonly effectiveWithinSeconds: number; } | { readonly outcome: "revoked" | "unchanged"; readonly stopsPlayback: boolean; readonly effectiveWithinSeconds: number; readonly note?: string | undefined; } };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Issues a token for a viewer of a site; policies do not limit administrators. */
  issueToken: {
    input: { readonly body: { readonly videoPostId: string; readonly fileIndex: number; readonly viewer?: string | undefined; readonly qualities?: readonly ("1080p" | "720p" | "480p" | "360p" | "192k" | "128k" | "96k")[] | undefined; readonly maxUses?: number | undefined; readonly sessionLimit?: number | null | undefined; readonly sessionOverflow?: "refuse" | "end-oldest" | undefined; readonly startSeconds?: number | undefined; readonly clear?: true | undefined; }; };
    answers: { readonly status: 200; readonly body: IssuedToken };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "not-found" | "nothing-allowed" | "not-ready" | "wrong-state" | "deleted" | "unavailable" | "invalid" | "misconfigured";
  };
  /** Reports whether a token is revoked, and what was counted of it. */
  lookUpToken: {
    input: { readonly body: { readonly token?: string | undefined; readonly tokenId?: string | undefined; readonly viewer?: string | undefined; }; };
    answers: { readonly status: 200; readonly body: { readonly tokenId: string; readonly revoked: boolean; readonly maxUses?: number | null | undefined; readonly endsAt?: string | undefined; readonly counted: boolean; readonly uses?: number | undefined; readonly sessions?: readonly ({ readonly sessionId: string; readonly startedAt: string; readonly expiresAt: string; })[] | undefined; } };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "invalid" | "unavailable" | "misconfigured";
  };
  /** Lists posts by pages; deleted posts only with `status=DELETED`. */
  listVideoPosts: {
    input: { readonly query?: { readonly status?: "DRAFT" | "TRANSCODING" | "TRANSCODE_FAILED" | "PROCESSING_CANCELLED" | "PENDING_AUDIT" | "PUBLISHED" | "REJECTED" | "DELETED" | undefined; readonly authorId?: string | undefined; readonly slug?: string | undefined; readonly resourceType?: "VIDEO" | "AUDIO" | undefined; readonly titlePrefix?: string | undefined; readonly createdFrom?: string | undefined; readonly createdBefore?: string | undefined; readonly limit?: string | undefined; readonly cursor?: string | undefined; }; };
    answers: { readonly status: 200; readonly body: { readonly items: readonly VideoPostSummary[]; readonly nextCursor: string | null; } };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Creates a post and a transcode job for each part. */
  createVideoPost: {
    input: { readonly body: { readonly authorId?: string | undefined; readonly title: string; readonly description?: string | undefined; readonly resourceType: "VIDEO" | "AUDIO"; readonly interaction?: { readonly comments: boolean; readonly liveComments: boolean; } | undefined; readonly access?: "POLICY" | "PUBLIC" | undefined; readonly autoPublish?: boolean | undefined; readonly metadata?: { readonly [name in string]: string } | undefined; readonly passthrough?: string | null | undefined; readonly uploadFileList?: readonly ({ readonly uploadId?: string | undefined; readonly sourceUrl?: string | undefined; readonly fileName: string; readonly fileSize?: number | undefined; readonly duration?: number | undefined; readonly fileIndex?: number | undefined; })[] | undefined; }; };
    answers: { readonly status: 201; readonly body: CreatedVideoPost };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "idempotency-key-reused" | "idempotency-in-progress" | "idempotency-answer-lost" | "not-found" | "deleted" | "wrong-state" | "invalid" | "misconfigured" | "unavailable";
    idempotent: true;
  };
  /** Returns a post with its parts, variants and policies. */
  getVideoPost: {
    input: { readonly params: { readonly videoPostId: string; }; };
    answers: { readonly status: 200; readonly body: VideoPost };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "not-found" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Changes the texts, the interaction, the metadata or the passthrough of a post. */
  updateVideoPost: {
    input: { readonly params: { readonly videoPostId: string; }; readonly body: { readonly title?: string | undefined; readonly description?: string | undefined; readonly interaction?: { readonly comments: boolean; readonly liveComments: boolean; } | undefined; readonly metadata?: { readonly [name in string]: string } | undefined; readonly passthrough?: string | null | undefined; readonly version?: number | undefined; }; };
    answers: { readonly status: 200; readonly body: VideoPost };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "version-outdated" | "misconfigured" | "unavailable";
  };
  /** Deletes a post and returns it. */
  deleteVideoPost: {
    input: { readonly params: { readonly videoPostId: string; }; readonly query?: { readonly version?: string | undefined; }; };
    answers: { readonly status: 200; readonly body: VideoPost };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "version-outdated" | "misconfigured" | "unavailable";
  };
  /** Sets the order of all parts and returns the post. */
  reorderParts: {
    input: { readonly params: { readonly videoPostId: string; }; readonly body: { readonly fileIndexes: readonly number[]; readonly version?: number | undefined; }; };
    answers: { readonly status: 200; readonly body: VideoPost };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "version-outdated" | "misconfigured" | "unavailable";
  };
  /** Adds parts at the end of a post, with a transcode job for each. */
  addParts: {
    input: { readonly params: { readonly videoPostId: string; }; readonly body: { readonly uploadFileList: readonly ({ readonly uploadId?: string | undefined; readonly sourceUrl?: string | undefined; readonly fileName: string; readonly fileSize?: number | undefined; readonly duration?: number | undefined; })[]; readonly version?: number | undefined; }; };
    answers: { readonly status: 201; readonly body: AddedParts };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "idempotency-key-reused" | "idempotency-in-progress" | "idempotency-answer-lost" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "version-outdated" | "misconfigured" | "unavailable";
    idempotent: true;
  };
  /** Removes a part for good, with its keys and objects, and returns the post. */
  removePart: {
    input: { readonly params: { readonly videoPostId: string; readonly fileIndex: string; }; readonly query?: { readonly version?: string | undefined; }; };
    answers: { readonly status: 200; readonly body: VideoPost };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "version-outdated" | "misconfigured" | "unavailable";
  };
  /** Gives up the replacement of a part and returns the post; what plays stays. */
  discardReplacement: {
    input: { readonly params: { readonly videoPostId: string; readonly fileIndex: string; }; readonly query?: { readonly version?: string | undefined; }; };
    answers: { readonly status: 200; readonly body: VideoPost };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "version-outdated" | "misconfigured" | "unavailable";
  };
  /** Replaces the source of a part; what plays continues until the new source is ready. */
  replacePart: {
    input: { readonly params: { readonly videoPostId: string; readonly fileIndex: string; }; readonly body: { readonly uploadId?: string | undefined; readonly sourceUrl?: string | undefined; readonly fileName: string; readonly fileSize?: number | undefined; readonly duration?: number | undefined; readonly version?: number | undefined; }; };
    answers: { readonly status: 200; readonly body: VideoPost } | { readonly status: 202; readonly body: ReplacedPart };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "version-outdated" | "misconfigured" | "unavailable";
  };
  /** Returns the poster of a part, or one of the candidates for it, whatever the policies are. */
  getPartPoster: {
    input: { readonly params: { readonly videoPostId: string; readonly fileIndex: string; }; readonly query?: { readonly candidate?: string | undefined; }; };
    answers: { readonly status: 200; readonly body: Response };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "method-not-allowed" | "not-found" | "deleted" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Sets the poster of a part to a candidate or to an uploaded image, and returns the post. */
  setPoster: {
    input: { readonly params: { readonly videoPostId: string; readonly fileIndex: string; }; readonly body: { readonly candidate?: number | undefined; readonly uploadId?: string | undefined; readonly version?: number | undefined; }; };
    answers: { readonly status: 200; readonly body: VideoPost };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "version-outdated" | "misconfigured" | "unavailable";
  };
  /** Sets the poster of a part to its best candidate, and returns the post. */
  resetPoster: {
    input: { readonly params: { readonly videoPostId: string; readonly fileIndex: string; }; readonly query?: { readonly version?: string | undefined; }; };
    answers: { readonly status: 200; readonly body: VideoPost };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "version-outdated" | "misconfigured" | "unavailable";
  };
  /** Sets the order of all captions of a part. */
  orderCaptions: {
    input: { readonly params: { readonly videoPostId: string; readonly fileIndex: string; }; readonly body: { readonly captionIds: readonly string[]; readonly version?: number | undefined; }; };
    answers: { readonly status: 200; readonly body: PartCaptions };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "version-outdated" | "misconfigured" | "unavailable";
  };
  /** Lists the captions of a part. */
  listCaptions: {
    input: { readonly params: { readonly videoPostId: string; readonly fileIndex: string; }; };
    answers: { readonly status: 200; readonly body: PartCaptions };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "not-found" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Adds captions to a part, from a WebVTT or SubRip file. */
  addCaption: {
    input: { readonly params: { readonly videoPostId: string; readonly fileIndex: string; }; readonly query: { readonly language: string; readonly name: string; readonly default?: "true" | "false" | undefined; readonly forced?: "true" | "false" | undefined; readonly characteristics?: string | undefined; readonly version?: string | undefined; }; readonly file: FileToSend<"text/vtt" | "application/x-subrip">; };
    answers: { readonly status: 201; readonly body: AddedCaption };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "body-too-large" | "idempotency-key-reused" | "idempotency-in-progress" | "idempotency-answer-lost" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "version-outdated" | "misconfigured" | "unavailable";
    idempotent: true;
  };
  /** Changes the language, the name or the flags of captions. */
  changeCaption: {
    input: { readonly params: { readonly videoPostId: string; readonly fileIndex: string; readonly captionId: string; }; readonly body: { readonly language?: string | undefined; readonly name?: string | undefined; readonly default?: boolean | undefined; readonly forced?: boolean | undefined; readonly characteristics?: readonly string[] | undefined; readonly version?: number | undefined; }; };
    answers: { readonly status: 200; readonly body: PartCaptions };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "version-outdated" | "misconfigured" | "unavailable";
  };
  /** Deletes captions. */
  deleteCaption: {
    input: { readonly params: { readonly videoPostId: string; readonly fileIndex: string; readonly captionId: string; }; readonly query?: { readonly version?: string | undefined; }; };
    answers: { readonly status: 200; readonly body: PartCaptions };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "version-outdated" | "misconfigured" | "unavailable";
  };
  /** Returns the WebVTT of captions. */
  getCaptionText: {
    input: { readonly params: { readonly videoPostId: string; readonly fileIndex: string; readonly captionId: string; }; };
    answers: { readonly status: 200; readonly body: Response };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "not-found" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Replaces the text of captions. */
  replaceCaptionText: {
    input: { readonly params: { readonly videoPostId: string; readonly fileIndex: string; readonly captionId: string; }; readonly query?: { readonly version?: string | undefined; }; readonly file: FileToSend<"text/vtt" | "application/x-subrip">; };
    answers: { readonly status: 200; readonly body: PartCaptions };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "body-too-large" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "version-outdated" | "misconfigured" | "unavailable";
  };
  /** Returns the chapters of a part. */
  getChapters: {
    input: { readonly params: { readonly videoPostId: string; readonly fileIndex: string; }; };
    answers: { readonly status: 200; readonly body: PartChapters };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "not-found" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Sets the chapters of a part, as WebVTT or as JSON. */
  setChapters: {
    input: { readonly params: { readonly videoPostId: string; readonly fileIndex: string; }; readonly query?: { readonly version?: string | undefined; }; readonly file: FileToSend<"text/vtt" | "application/json">; };
    answers: { readonly status: 200; readonly body: PartChapters };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "body-too-large" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "version-outdated" | "misconfigured" | "unavailable";
  };
  /** Deletes the chapters of a part. */
  deleteChapters: {
    input: { readonly params: { readonly videoPostId: string; readonly fileIndex: string; }; readonly query?: { readonly version?: string | undefined; }; };
    answers: { readonly status: 200; readonly body: PartChapters };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "version-outdated" | "misconfigured" | "unavailable";
  };
  /** Records a review and returns the post. */
  auditVideoPost: {
    input: { readonly params: { readonly videoPostId: string; }; readonly body: { readonly result: "PASSED" | "REJECTED"; readonly reason?: string | null | undefined; readonly version?: number | undefined; }; };
    answers: { readonly status: 200; readonly body: VideoPost };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "idempotency-key-reused" | "idempotency-in-progress" | "idempotency-answer-lost" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "version-outdated" | "misconfigured" | "unavailable";
    idempotent: true;
  };
  /** Lists the changes of a post by pages, also of a deleted one. */
  listVideoPostHistory: {
    input: { readonly params: { readonly videoPostId: string; }; readonly query?: { readonly limit?: string | undefined; readonly cursor?: string | undefined; }; };
    answers: { readonly status: 200; readonly body: { readonly items: readonly Revision[]; readonly nextCursor: string | null; } };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "not-found" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Derives the status and the duration from the parts and returns the post. */
  refreshVideoPost: {
    input: { readonly params: { readonly videoPostId: string; }; };
    answers: { readonly status: 200; readonly body: VideoPost };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "idempotency-key-reused" | "idempotency-in-progress" | "idempotency-answer-lost" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "misconfigured" | "unavailable";
    idempotent: true;
  };
  /** Submits a rejected post for another review and returns it. */
  submitVideoPost: {
    input: { readonly params: { readonly videoPostId: string; }; readonly body?: { readonly version?: number | undefined; }; };
    answers: { readonly status: 200; readonly body: VideoPost };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "idempotency-key-reused" | "idempotency-in-progress" | "idempotency-answer-lost" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "version-outdated" | "misconfigured" | "unavailable";
    idempotent: true;
  };
  /** Ends the publication of a post and returns it. */
  withdrawVideoPost: {
    input: { readonly params: { readonly videoPostId: string; }; readonly body?: { readonly reason?: string | null | undefined; readonly version?: number | undefined; }; };
    answers: { readonly status: 200; readonly body: VideoPost };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "idempotency-key-reused" | "idempotency-in-progress" | "idempotency-answer-lost" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "version-outdated" | "misconfigured" | "unavailable";
    idempotent: true;
  };
  /** Streams the changes of a post and the progress of its jobs (server-sent events). */
  streamVideoPostEvents: {
    input: { readonly params: { readonly videoPostId: string; }; };
    answers: { readonly status: 200; readonly body: Response };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "method-not-allowed" | "not-found" | "deleted" | "unavailable" | "invalid" | "misconfigured";
  };
  /** Lists the rewards of an author by pages, with their balance. */
  listAuthorRewards: {
    input: { readonly params: { readonly authorId: string; }; readonly query?: { readonly limit?: string | undefined; readonly cursor?: string | undefined; }; };
    answers: { readonly status: 200; readonly body: { readonly balance: number; readonly items: readonly Reward[]; readonly nextCursor: string | null; } };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Changes the interaction settings of a post and of its published video. */
  changeVideoPostInteraction: {
    input: { readonly params: { readonly videoPostId: string; }; readonly body: { readonly comments: boolean; readonly liveComments: boolean; readonly version?: number | undefined; }; };
    answers: { readonly status: 200; readonly body: VideoPost };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "version-outdated" | "misconfigured" | "unavailable";
  };
  /** Lists published videos by pages. */
  listVideos: {
    input: { readonly query?: { readonly authorId?: string | undefined; readonly slug?: string | undefined; readonly resourceType?: "VIDEO" | "AUDIO" | undefined; readonly limit?: string | undefined; readonly cursor?: string | undefined; }; };
    answers: { readonly status: 200; readonly body: { readonly items: readonly Video[]; readonly nextCursor: string | null; } };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Returns a published video. */
  getVideo: {
    input: { readonly params: { readonly videoPostId: string; }; };
    answers: { readonly status: 200; readonly body: Video };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "not-found" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Copies an object of the bucket INCOMING; the copy is a complete upload. */
  copyUpload: {
    input: { readonly body: { readonly key: string; readonly sha256?: string | null | undefined; }; };
    answers: { readonly status: 201; readonly body: CompleteUpload };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "idempotency-key-reused" | "idempotency-in-progress" | "idempotency-answer-lost" | "invalid" | "not-configured" | "misconfigured" | "unavailable";
    idempotent: true;
  };
  /** Creates an upload whose parts are sent to R2, and returns the addresses of the first 100 parts. */
  createMultipartUpload: {
    input: { readonly body: { readonly size: number; readonly fileName: string; readonly partSize?: number | null | undefined; readonly sha256?: string | null | undefined; }; };
    answers: { readonly status: 201; readonly body: NewMultipartUpload };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "idempotency-key-reused" | "idempotency-in-progress" | "idempotency-answer-lost" | "invalid" | "not-configured" | "misconfigured" | "unavailable";
    idempotent: true;
  };
  /** Aborts an upload and deletes what is stored of it. */
  abortMultipartUpload: {
    input: { readonly params: { readonly uploadId: string; }; };
    answers: { readonly status: 204; readonly body: null };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "not-found" | "wrong-state" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Joins the parts and compares the object with the announced size. */
  completeMultipartUpload: {
    input: { readonly params: { readonly uploadId: string; }; readonly body: { readonly parts: readonly ({ readonly partNumber: number; readonly etag: string; })[]; }; };
    answers: { readonly status: 200; readonly body: CompleteUpload };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "idempotency-key-reused" | "idempotency-in-progress" | "idempotency-answer-lost" | "not-found" | "wrong-state" | "invalid" | "misconfigured" | "unavailable";
    idempotent: true;
  };
  /** Returns the addresses of further parts, or new addresses of the same. */
  createPartAddresses: {
    input: { readonly params: { readonly uploadId: string; }; readonly body: { readonly partNumbers: readonly number[]; }; };
    answers: { readonly status: 200; readonly body: PartAddresses };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "idempotency-key-reused" | "idempotency-in-progress" | "idempotency-answer-lost" | "not-found" | "wrong-state" | "invalid" | "not-configured" | "misconfigured" | "unavailable";
    idempotent: true;
  };
  /** Lists the caller's upload tokens, an administrator's call those of everybody. */
  listUploadTokens: {
    input: { readonly query?: { readonly cursor?: string | undefined; readonly limit?: string | undefined; }; };
    answers: { readonly status: 200; readonly body: { readonly items: readonly UploadToken[]; readonly nextCursor: string | null; } };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Creates an address for one upload without an API key; the address is shown once. */
  createUploadToken: {
    input: { readonly body: { readonly postDefaults: { readonly authorId?: string | null | undefined; readonly title?: string | null | undefined; readonly description?: string | undefined; readonly resourceType: "VIDEO" | "AUDIO"; readonly interaction?: { readonly comments: boolean; readonly liveComments: boolean; } | undefined; readonly access?: "POLICY" | "PUBLIC" | undefined; readonly autoPublish?: boolean | undefined; readonly metadata?: { readonly [name in string]: string } | undefined; readonly passthrough?: string | null | undefined; }; readonly maxBytes?: number | null | undefined; readonly maxDurationSeconds?: number | null | undefined; readonly expiresAt?: string | null | undefined; readonly corsOrigin?: string | null | undefined; readonly uses?: 1 | undefined; }; };
    answers: { readonly status: 201; readonly body: NewUploadToken };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "idempotency-key-reused" | "idempotency-in-progress" | "idempotency-answer-lost" | "invalid" | "misconfigured" | "unavailable";
    idempotent: true;
  };
  /** Returns an upload token with its state, its upload and its post. */
  getUploadToken: {
    input: { readonly params: { readonly tokenId: string; }; };
    answers: { readonly status: 200; readonly body: UploadToken };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "not-found" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Revokes an upload token and ends its upload. */
  revokeUploadToken: {
    input: { readonly params: { readonly tokenId: string; }; };
    answers: { readonly status: 204; readonly body: null };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "not-found" | "wrong-state" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Lists jobs with live progress. */
  listJobs: {
    input: { readonly query?: { readonly videoPostId?: string | undefined; readonly state?: "QUEUED" | "RUNNING" | "RETRY_WAIT" | "SUCCEEDED" | "FAILED" | "CANCELLED" | undefined; readonly kind?: "TRANSCODE" | "ENCRYPT" | undefined; readonly cursor?: string | undefined; readonly limit?: string | undefined; }; };
    answers: { readonly status: 200; readonly body: { readonly jobs: readonly Job[]; readonly nextCursor: string | null; } };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Returns one job with live progress. */
  getJob: {
    input: { readonly params: { readonly jobId: string; }; };
    answers: { readonly status: 200; readonly body: Job };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "not-found" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Cancels a job. */
  cancelJob: {
    input: { readonly params: { readonly jobId: string; }; };
    answers: { readonly status: 202; readonly body: { readonly outcome: "cancelled" | "requested"; } };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "idempotency-key-reused" | "idempotency-in-progress" | "idempotency-answer-lost" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "misconfigured" | "unavailable";
    idempotent: true;
  };
  /** Queues a FAILED job again, or creates a new job for a CANCELLED one. */
  retryJob: {
    input: { readonly params: { readonly jobId: string; }; };
    answers: { readonly status: 202; readonly body: Job };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "idempotency-key-reused" | "idempotency-in-progress" | "idempotency-answer-lost" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "misconfigured" | "unavailable";
    idempotent: true;
  };
  /** Lists the launches of all jobs, or of one, by pages. */
  listLaunches: {
    input: { readonly query?: { readonly jobId?: string | undefined; readonly state?: "STARTING" | "STARTED" | "STOPPING" | "REFUSED" | "ENDED" | undefined; readonly cursor?: string | undefined; readonly limit?: string | undefined; }; };
    answers: { readonly status: 200; readonly body: { readonly items: readonly ListedLaunch[]; readonly nextCursor: string | null; } };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Returns figures about jobs, the queue, launches and storage. */
  readOverview: {
    input: { readonly query?: { readonly hours?: "24" | "168" | undefined; }; };
    answers: { readonly status: 200; readonly body: Overview };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Lists the jobs of one title by pages. */
  getCollection: {
    input: { readonly params: { readonly slug: string; }; readonly query?: { readonly status?: "DOWNLOADING" | "ENCODING" | "UPLOADING_TO_CLOUD_STORAGE" | "COMPLETED" | "FAILED" | "CANCELLED" | undefined; readonly limit?: string | undefined; readonly cursor?: string | undefined; }; };
    answers: { readonly status: 200; readonly body: EncoderCollection };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Lists jobs by pages. */
  listEncoderJobs: {
    input: { readonly query?: { readonly status?: "DOWNLOADING" | "ENCODING" | "UPLOADING_TO_CLOUD_STORAGE" | "COMPLETED" | "FAILED" | "CANCELLED" | undefined; readonly limit?: string | undefined; readonly cursor?: string | undefined; readonly slug?: string | undefined; readonly resourceType?: "VIDEO" | "AUDIO" | undefined; readonly createdFrom?: string | undefined; readonly createdBefore?: string | undefined; }; };
    answers: { readonly status: 200; readonly body: { readonly items: readonly EncoderJob[]; readonly nextCursor: string | null; } };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Returns a job with its progress and its result. */
  getEncoderJob: {
    input: { readonly params: { readonly jobId: string; }; };
    answers: { readonly status: 200; readonly body: EncoderJob };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "not-found" | "deleted" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Cancels a job and deletes what it has made; 409 once it has ended. */
  cancelEncoderJob: {
    input: { readonly params: { readonly jobId: string; }; };
    answers: { readonly status: 200; readonly body: { readonly message: "Job cancelled successfully"; } };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "idempotency-key-reused" | "idempotency-in-progress" | "idempotency-answer-lost" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "misconfigured" | "unavailable";
    idempotent: true;
  };
  /** Queues a FAILED or CANCELLED job again, under its id. */
  retryEncoderJob: {
    input: { readonly params: { readonly jobId: string; }; };
    answers: { readonly status: 202; readonly body: EncoderJob };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "idempotency-key-reused" | "idempotency-in-progress" | "idempotency-answer-lost" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "misconfigured" | "unavailable";
    idempotent: true;
  };
  /** Returns the progress of a job. */
  getEncoderStatus: {
    input: { readonly params: { readonly jobId: string; }; };
    answers: { readonly status: 200; readonly body: EncoderJobStatus };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "not-found" | "deleted" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Accepts the URL of a file, which becomes a video or audio that plays. */
  createEncoderJob: {
    input: { readonly body: { readonly url?: string | undefined; readonly uploadId?: string | undefined; readonly title: string; readonly resourceType: "VIDEO" | "AUDIO"; readonly access?: "public" | "policy" | undefined; readonly passthrough?: string | null | undefined; readonly metadata?: { readonly [name in string]: string } | undefined; readonly webhookUrl?: string | null | undefined; }; };
    answers: { readonly status: 201; readonly body: AcceptedEncoderJob };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "idempotency-key-reused" | "idempotency-in-progress" | "idempotency-answer-lost" | "not-found" | "deleted" | "wrong-state" | "invalid" | "misconfigured" | "unavailable";
    idempotent: true;
  };
  /** Creates the secret that signs what jobs send to their `webhookUrl`, or a new one; shown once. */
  rotateEncoderWebhookSecret: {
    input: { readonly body?: { readonly overlapSeconds?: number | undefined; }; };
    answers: { readonly status: 200; readonly body: { readonly secret: string; readonly previousExpiresAt: string; } };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "idempotency-key-reused" | "idempotency-in-progress" | "idempotency-answer-lost" | "invalid" | "misconfigured" | "unavailable";
    idempotent: true;
  };
  /** Streams the events of a job, or of all jobs of the caller (server-sent events). */
  streamEncoderEvents: {
    input: { readonly query?: { readonly jobId?: string | undefined; readonly ticket?: string | undefined; readonly lastEventId?: string | undefined; }; };
    answers: { readonly status: 200; readonly body: Response } | { readonly status: 204; readonly body: null };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "method-not-allowed" | "not-found" | "deleted" | "unavailable" | "token-invalid" | "token-expired" | "token-revoked" | "invalid" | "misconfigured";
  };
  /** Makes a ticket with which a browser opens the stream of events. */
  createEventTicket: {
    input: { readonly body?: { readonly jobId?: string | null | undefined; readonly expiresInSeconds?: number | undefined; }; };
    answers: { readonly status: 201; readonly body: EventTicket };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "idempotency-key-reused" | "idempotency-in-progress" | "idempotency-answer-lost" | "not-found" | "deleted" | "invalid" | "misconfigured" | "unavailable";
    idempotent: true;
  };
  /** Returns how far the encryption of a part is. */
  getVideoEncryptStatus: {
    input: { readonly params: { readonly videoPostId: string; readonly fileIndex: string; }; };
    answers: { readonly status: 200; readonly body: PartEncryption };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "not-found" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Returns the newest key version of a part whose keys are served. */
  getLatestVideoHlsKeyVersion: {
    input: { readonly params: { readonly videoPostId: string; readonly fileIndex: string; }; };
    answers: { readonly status: 200; readonly body: { readonly videoPostId: string; readonly fileIndex: number; readonly keyVersion: number | null; } };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "not-found" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Lists the content keys of a part, never with their bytes. */
  listVideoHlsEncryptKeys: {
    input: { readonly params: { readonly videoPostId: string; readonly fileIndex: string; }; };
    answers: { readonly status: 200; readonly body: { readonly items: readonly ContentKey[]; } };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "not-found" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Returns the 16 bytes of a content key in any state; the read is recorded before the key is sent. */
  readContentKey: {
    input: { readonly query: { readonly videoPostId: string; readonly fileIndex: string; readonly quality: "1080p" | "720p" | "480p" | "360p" | "192k" | "128k" | "96k"; readonly keyVersion: string; }; };
    answers: { readonly status: 200; readonly body: Response };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "method-not-allowed" | "not-found" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Counts what is wrapped under each key-encryption key. */
  countWrappedKeys: {
    input: Record<never, never>;
    answers: { readonly status: 200; readonly body: KeysAtRest };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Re-wraps one page of keys under the current key-encryption key. */
  rewrapKeys: {
    input: { readonly body: { readonly limit?: number | undefined; readonly cursor?: string | undefined; }; };
    answers: { readonly status: 200; readonly body: RewrappedPage };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "invalid" | "wrong-state" | "misconfigured" | "unavailable";
  };
  /** Rotates one part, or all parts of a post. */
  rotateKeys: {
    input: { readonly body: { readonly videoPostId: string; readonly fileIndex?: number | undefined; }; };
    answers: { readonly status: 202; readonly body: { readonly videoPostId: string; readonly files: readonly ({ readonly fileIndex: number; readonly outcome: "queued" | "already-queued"; readonly jobId: string; } | { readonly fileIndex: number; readonly outcome: "not-playing" | "no-clear-renditions"; })[]; } };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "not-found" | "deleted" | "conflict" | "wrong-state" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Lists 50 batches without their progress. */
  listRotations: {
    input: { readonly query?: { readonly cursor?: string | undefined; }; };
    answers: { readonly status: 200; readonly body: { readonly rotations: readonly RotationBatch[]; readonly nextCursor: string | null; } };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Starts a rotation batch, or lists what it would rotate. */
  startRotation: {
    input: { readonly body: { readonly selection: { readonly everything?: true | undefined; readonly videoPostId?: string | undefined; readonly fileIndex?: number | undefined; readonly parts?: readonly ({ readonly videoPostId: string; readonly fileIndex?: number | undefined; })[] | undefined; readonly status?: "DRAFT" | "TRANSCODING" | "TRANSCODE_FAILED" | "PROCESSING_CANCELLED" | "PENDING_AUDIT" | "PUBLISHED" | "REJECTED" | undefined; readonly authorId?: string | undefined; readonly resourceType?: "VIDEO" | "AUDIO" | undefined; readonly createdFrom?: string | undefined; readonly createdBefore?: string | undefined; readonly keyVersionBelow?: number | undefined; readonly keysCreatedBefore?: string | undefined; readonly kekId?: string | undefined; }; readonly maxInFlight?: number | undefined; readonly graceSeconds?: number | undefined; readonly dryRun?: boolean | undefined; readonly cursor?: string | undefined; }; };
    answers: { readonly status: 200; readonly body: RotationPreview } | { readonly status: 202; readonly body: RotationBatchWithProgress };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "not-found" | "deleted" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Returns one batch with its progress. */
  getRotation: {
    input: { readonly params: { readonly batchId: string; }; };
    answers: { readonly status: 200; readonly body: RotationBatchWithProgress };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "not-found" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Cancels a batch; parts that are being rotated finish. */
  cancelRotation: {
    input: { readonly params: { readonly batchId: string; }; };
    answers: { readonly status: 200; readonly body: RotationBatchWithProgress };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "not-found" | "wrong-state" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Lists the parts of a batch, by pages or as one file. */
  listRotationItems: {
    input: { readonly params: { readonly batchId: string; }; readonly query?: { readonly state?: "PENDING" | "ROTATING" | "SUCCEEDED" | "FAILED" | "SKIPPED" | undefined; readonly cursor?: string | undefined; readonly limit?: string | undefined; readonly format?: "json" | "csv" | "ndjson" | undefined; }; };
    answers: { readonly status: 200; readonly body: { readonly items: readonly RotationItem[]; readonly nextCursor: string | null; } | Response };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "not-found" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Pauses a batch; parts that are being rotated finish. */
  pauseRotation: {
    input: { readonly params: { readonly batchId: string; }; };
    answers: { readonly status: 200; readonly body: RotationBatchWithProgress };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "not-found" | "wrong-state" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Resumes a paused batch. */
  resumeRotation: {
    input: { readonly params: { readonly batchId: string; }; };
    answers: { readonly status: 200; readonly body: RotationBatchWithProgress };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "not-found" | "wrong-state" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Sets FAILED parts back to PENDING, at most 5000 in a request. */
  retryFailedRotations: {
    input: { readonly params: { readonly batchId: string; }; };
    answers: { readonly status: 202; readonly body: { readonly retried: number; readonly complete: boolean; } };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "not-found" | "wrong-state" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Returns the progress of the re-key. */
  getMigration: {
    input: Record<never, never>;
    answers: { readonly status: 200; readonly body: MigrationProgress };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Requests the re-key of imported parts: all that wait, those of a post, or one. */
  requestMigration: {
    input: { readonly body: { readonly videoPostId?: string | undefined; readonly fileIndex?: number | undefined; readonly limit?: number | undefined; }; };
    answers: { readonly status: 202; readonly body: { readonly added: number; readonly begun: number; readonly progress: MigrationProgress; } };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "not-found" | "deleted" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Clears the queue of re-keys; parts that are being re-keyed finish. */
  clearMigration: {
    input: Record<never, never>;
    answers: { readonly status: 200; readonly body: { readonly removed: number; readonly progress: MigrationProgress; } };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Creates the post of an import whose content is in SOURCE. */
  importVideoPost: {
    input: { readonly body: { readonly title: string; readonly description?: string | undefined; readonly resourceType?: "VIDEO" | "AUDIO" | undefined; readonly interaction?: { readonly comments: boolean; readonly liveComments: boolean; } | undefined; readonly access?: "POLICY" | "PUBLIC" | undefined; readonly autoPublish?: boolean | undefined; readonly authorId?: string | undefined; readonly importId: string; readonly digest: string; readonly parts: readonly ({ readonly fileName: string; readonly key: string; readonly qualities: readonly ("1080p" | "720p" | "480p" | "360p" | "192k" | "128k" | "96k")[]; })[]; }; };
    answers: { readonly status: 200; readonly body: ImportedPost } | { readonly status: 201; readonly body: ImportedPost };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "wrong-state" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Returns the post of an import. */
  getImport: {
    input: { readonly params: { readonly importId: string; }; };
    answers: { readonly status: 200; readonly body: ImportedPost };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "not-found" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Lists the webhook endpoints. */
  listWebhooks: {
    input: Record<never, never>;
    answers: { readonly status: 200; readonly body: { readonly items: readonly WebhookEndpoint[]; readonly nextCursor: string | null; } };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Creates a webhook endpoint, whose secret is shown once. */
  createWebhook: {
    input: { readonly body: { readonly url: string; readonly events?: readonly ("*" | "post.*" | "part.*" | "job.*" | "key.*" | "policy.*" | "caption.*" | "session.*" | "upload.*" | "post.created" | "post.published" | "post.unpublished" | "post.rejected" | "post.deleted" | "part.added" | "part.ready" | "part.failed" | "part.replaced" | "part.removed" | "job.failed" | "job.launch_delayed" | "key.rotated" | "key.rotation_failed" | "policy.changed" | "caption.changed" | "session.limit_reached" | "upload.completed" | "upload.expired")[] | undefined; readonly description?: string | undefined; }; };
    answers: { readonly status: 201; readonly body: NewWebhookEndpoint };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "idempotency-key-reused" | "idempotency-in-progress" | "idempotency-answer-lost" | "invalid" | "wrong-state" | "misconfigured" | "unavailable";
    idempotent: true;
  };
  /** Returns a webhook endpoint. */
  getWebhook: {
    input: { readonly params: { readonly webhookId: string; }; };
    answers: { readonly status: 200; readonly body: WebhookEndpoint };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "not-found" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Changes, enables or disables a webhook endpoint. */
  updateWebhook: {
    input: { readonly params: { readonly webhookId: string; }; readonly body: { readonly url?: string | undefined; readonly events?: readonly ("*" | "post.*" | "part.*" | "job.*" | "key.*" | "policy.*" | "caption.*" | "session.*" | "upload.*" | "post.created" | "post.published" | "post.unpublished" | "post.rejected" | "post.deleted" | "part.added" | "part.ready" | "part.failed" | "part.replaced" | "part.removed" | "job.failed" | "job.launch_delayed" | "key.rotated" | "key.rotation_failed" | "policy.changed" | "caption.changed" | "session.limit_reached" | "upload.completed" | "upload.expired")[] | undefined; readonly description?: string | undefined; readonly state?: "ENABLED" | "DISABLED" | undefined; }; };
    answers: { readonly status: 200; readonly body: WebhookEndpoint };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "not-found" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Deletes a webhook endpoint; nothing more is sent to it. */
  deleteWebhook: {
    input: { readonly params: { readonly webhookId: string; }; };
    answers: { readonly status: 204; readonly body: null };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "not-found" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Lists the events of an endpoint by pages. */
  listWebhookDeliveries: {
    input: { readonly params: { readonly webhookId: string; }; readonly query?: { readonly state?: "PENDING" | "DELIVERED" | "FAILED" | "HELD" | undefined; readonly from?: string | undefined; readonly to?: string | undefined; readonly limit?: string | undefined; readonly cursor?: string | undefined; }; };
    answers: { readonly status: 200; readonly body: { readonly items: readonly WebhookDelivery[]; readonly nextCursor: string | null; } };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "not-found" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Returns an event of an endpoint with its body and its newest 100 attempts. */
  getWebhookDelivery: {
    input: { readonly params: { readonly webhookId: string; readonly deliveryId: string; }; };
    answers: { readonly status: 200; readonly body: WebhookDeliveryDetail };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "not-found" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Delivers an event again, whatever its state, with the same `webhook-id`. */
  replayWebhookDelivery: {
    input: { readonly params: { readonly webhookId: string; readonly deliveryId: string; }; };
    answers: { readonly status: 202; readonly body: WebhookDelivery };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "idempotency-key-reused" | "idempotency-in-progress" | "idempotency-answer-lost" | "not-found" | "wrong-state" | "invalid" | "misconfigured" | "unavailable";
    idempotent: true;
  };
  /** Delivers the events of a time again that were not delivered, up to 1000 in a request. */
  replayWebhookDeliveries: {
    input: { readonly params: { readonly webhookId: string; }; readonly body: { readonly from: string; readonly to: string; readonly state?: "HELD" | "FAILED" | "DELIVERED" | undefined; readonly cursor?: string | undefined; }; };
    answers: { readonly status: 202; readonly body: { readonly replayed: number; readonly nextCursor: string | null; } };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "idempotency-key-reused" | "idempotency-in-progress" | "idempotency-answer-lost" | "not-found" | "wrong-state" | "invalid" | "misconfigured" | "unavailable";
    idempotent: true;
  };
  /** Creates a new secret; for a time both sign. */
  rotateWebhookSecret: {
    input: { readonly params: { readonly webhookId: string; }; readonly body?: { readonly overlapSeconds?: number | undefined; }; };
    answers: { readonly status: 200; readonly body: { readonly secret: string; readonly previousExpiresAt: string; } };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "idempotency-key-reused" | "idempotency-in-progress" | "idempotency-answer-lost" | "not-found" | "invalid" | "misconfigured" | "unavailable";
    idempotent: true;
  };
  /** Lists API keys without their secrets. */
  listApiKeys: {
    input: { readonly query?: { readonly cursor?: string | undefined; readonly limit?: string | undefined; }; };
    answers: { readonly status: 200; readonly body: { readonly apiKeys: readonly ApiKey[]; readonly nextCursor: string | null; } };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Creates an API key, which is shown once. */
  createApiKey: {
    input: { readonly body: { readonly name: string; readonly scopes: readonly ("admin" | "posts:read" | "posts:write" | "posts:author" | "videos:read" | "rewards:read" | "tokens:issue" | "keys:read" | "keys:rotate" | "access:write" | "audit:read" | "webhooks:manage")[]; readonly expiresAt?: string | null | undefined; }; };
    answers: { readonly status: 201; readonly body: NewApiKey };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Revokes an API key. */
  revokeApiKey: {
    input: { readonly params: { readonly keyId: string; }; };
    answers: { readonly status: 204; readonly body: null };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "not-found" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Returns who sends the request and what the scopes allow. */
  getCaller: {
    input: Record<never, never>;
    answers: { readonly status: 200; readonly body: Caller };
    problems: "credentials-missing" | "credentials-invalid" | "too-many-requests" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Lists events of the audit log by pages. */
  listAuditEvents: {
    input: { readonly query?: { readonly actor?: string | undefined; readonly viewer?: string | undefined; readonly action?: string | undefined; readonly videoPostId?: string | undefined; readonly outcome?: "done" | "refused" | undefined; readonly from?: string | undefined; readonly to?: string | undefined; readonly limit?: string | undefined; readonly cursor?: string | undefined; }; };
    answers: { readonly status: 200; readonly body: { readonly events: readonly AuditEvent[]; readonly nextCursor: string | null; } };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Returns every event of a range as one streamed file. */
  exportAuditEvents: {
    input: { readonly query: { readonly actor?: string | undefined; readonly viewer?: string | undefined; readonly action?: string | undefined; readonly videoPostId?: string | undefined; readonly outcome?: "done" | "refused" | undefined; readonly from: string; readonly to: string; readonly format?: "ndjson" | "csv" | undefined; }; };
    answers: { readonly status: 200; readonly body: Response };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Removes a viewer from events of the audit log, which keep their other facts. */
  forgetViewer: {
    input: { readonly body: { readonly viewer: string; readonly limit?: number | undefined; }; };
    answers: { readonly status: 200; readonly body: { readonly forgotten: number; readonly finished: boolean; } };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Reports facts about the deployment that only the Worker knows; `ladderlock doctor` interprets them. */
  readDiagnostics: {
    input: Record<never, never>;
    answers: { readonly status: 200; readonly body: Diagnostics };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "invalid" | "misconfigured" | "unavailable";
  };
  /** Sends a message through each queue; its arrival shows as `lastProbeAt`. */
  probeQueues: {
    input: Record<never, never>;
    answers: { readonly status: 202; readonly body: { readonly sentAt: number; readonly refused: readonly ("DELETE_OBJECTS" | "AUDIT_EVENTS" | "WEBHOOKS")[]; } };
    problems: "credentials-missing" | "credentials-invalid" | "not-allowed" | "too-many-requests" | "incomplete-body" | "malformed-json" | "body-too-large" | "invalid" | "misconfigured" | "unavailable";
  };
};

export const OPERATIONS = {
  issueDemoToken: { method: "POST", path: "/demo/subscriber-token" },
  refreshSession: { method: "POST", path: "/video/enc/session" },
  endSession: { method: "DELETE", path: "/video/enc/session" },
  endSessionByBeacon: { method: "POST", path: "/video/enc/session/end" },
  issueViewerToken: { method: "POST", path: "/video/enc/token" },
  setPolicies: { method: "PUT", path: "/admin/video/enc/quality-auth" },
  setPoliciesBatch: { method: "PUT", path: "/admin/video/enc/quality-auth/batch" },
  revoke: { method: "POST", path: "/admin/video/enc/revoke" },
  issueToken: { method: "POST", path: "/admin/video/enc/token" },
  lookUpToken: { method: "POST", path: "/admin/video/enc/tokens/look-up" },
  listVideoPosts: { method: "GET", path: "/api/v2/video-posts" },
  createVideoPost: { method: "POST", path: "/api/v2/video-posts" },
  getVideoPost: { method: "GET", path: "/api/v2/video-posts/{videoPostId}" },
  updateVideoPost: { method: "PATCH", path: "/api/v2/video-posts/{videoPostId}" },
  deleteVideoPost: { method: "DELETE", path: "/api/v2/video-posts/{videoPostId}" },
  reorderParts: { method: "PUT", path: "/api/v2/video-posts/{videoPostId}/part-order" },
  addParts: { method: "POST", path: "/api/v2/video-posts/{videoPostId}/parts" },
  removePart: { method: "DELETE", path: "/api/v2/video-posts/{videoPostId}/parts/{fileIndex}" },
  discardReplacement: { method: "DELETE", path: "/api/v2/video-posts/{videoPostId}/parts/{fileIndex}/replacement" },
  replacePart: { method: "PUT", path: "/api/v2/video-posts/{videoPostId}/parts/{fileIndex}/source" },
  getPartPoster: { method: "GET", path: "/api/v2/video-posts/{videoPostId}/parts/{fileIndex}/poster", files: true },
  setPoster: { method: "PUT", path: "/api/v2/video-posts/{videoPostId}/parts/{fileIndex}/poster" },
  resetPoster: { method: "DELETE", path: "/api/v2/video-posts/{videoPostId}/parts/{fileIndex}/poster" },
  orderCaptions: { method: "PUT", path: "/api/v2/video-posts/{videoPostId}/parts/{fileIndex}/caption-order" },
  listCaptions: { method: "GET", path: "/api/v2/video-posts/{videoPostId}/parts/{fileIndex}/captions" },
  addCaption: { method: "POST", path: "/api/v2/video-posts/{videoPostId}/parts/{fileIndex}/captions" },
  changeCaption: { method: "PATCH", path: "/api/v2/video-posts/{videoPostId}/parts/{fileIndex}/captions/{captionId}" },
  deleteCaption: { method: "DELETE", path: "/api/v2/video-posts/{videoPostId}/parts/{fileIndex}/captions/{captionId}" },
  getCaptionText: { method: "GET", path: "/api/v2/video-posts/{videoPostId}/parts/{fileIndex}/captions/{captionId}/text", files: true },
  replaceCaptionText: { method: "PUT", path: "/api/v2/video-posts/{videoPostId}/parts/{fileIndex}/captions/{captionId}/text" },
  getChapters: { method: "GET", path: "/api/v2/video-posts/{videoPostId}/parts/{fileIndex}/chapters" },
  setChapters: { method: "PUT", path: "/api/v2/video-posts/{videoPostId}/parts/{fileIndex}/chapters" },
  deleteChapters: { method: "DELETE", path: "/api/v2/video-posts/{videoPostId}/parts/{fileIndex}/chapters" },
  auditVideoPost: { method: "POST", path: "/api/v2/video-posts/{videoPostId}/audit" },
  listVideoPostHistory: { method: "GET", path: "/api/v2/video-posts/{videoPostId}/history" },
  refreshVideoPost: { method: "POST", path: "/api/v2/video-posts/{videoPostId}/refresh" },
  submitVideoPost: { method: "POST", path: "/api/v2/video-posts/{videoPostId}/submit" },
  withdrawVideoPost: { method: "POST", path: "/api/v2/video-posts/{videoPostId}/withdraw" },
  streamVideoPostEvents: { method: "GET", path: "/api/v2/video-posts/{videoPostId}/events", files: true },
  listAuthorRewards: { method: "GET", path: "/api/v2/authors/{authorId}/rewards" },
  changeVideoPostInteraction: { method: "PUT", path: "/api/v2/video-posts/{videoPostId}/interaction" },
  listVideos: { method: "GET", path: "/api/v2/videos" },
  getVideo: { method: "GET", path: "/api/v2/videos/{videoPostId}" },
  copyUpload: { method: "POST", path: "/api/v2/uploads/copy" },
  createMultipartUpload: { method: "POST", path: "/api/v2/uploads/multipart" },
  abortMultipartUpload: { method: "DELETE", path: "/api/v2/uploads/multipart/{uploadId}" },
  completeMultipartUpload: { method: "POST", path: "/api/v2/uploads/multipart/{uploadId}/complete" },
  createPartAddresses: { method: "POST", path: "/api/v2/uploads/multipart/{uploadId}/parts" },
  listUploadTokens: { method: "GET", path: "/api/v2/upload-tokens" },
  createUploadToken: { method: "POST", path: "/api/v2/upload-tokens" },
  getUploadToken: { method: "GET", path: "/api/v2/upload-tokens/{tokenId}" },
  revokeUploadToken: { method: "DELETE", path: "/api/v2/upload-tokens/{tokenId}" },
  listJobs: { method: "GET", path: "/api/v2/jobs" },
  getJob: { method: "GET", path: "/api/v2/jobs/{jobId}" },
  cancelJob: { method: "POST", path: "/api/v2/jobs/{jobId}/cancel" },
  retryJob: { method: "POST", path: "/api/v2/jobs/{jobId}/retry" },
  listLaunches: { method: "GET", path: "/api/v2/launches" },
  readOverview: { method: "GET", path: "/api/v2/overview" },
  getCollection: { method: "GET", path: "/api/v2/m3u8-encoder/collections/{slug}" },
  listEncoderJobs: { method: "GET", path: "/api/v2/m3u8-encoder/jobs" },
  getEncoderJob: { method: "GET", path: "/api/v2/m3u8-encoder/jobs/{jobId}" },
  cancelEncoderJob: { method: "POST", path: "/api/v2/m3u8-encoder/jobs/{jobId}/cancel" },
  retryEncoderJob: { method: "POST", path: "/api/v2/m3u8-encoder/jobs/{jobId}/retry" },
  getEncoderStatus: { method: "GET", path: "/api/v2/m3u8-encoder/status/{jobId}" },
  createEncoderJob: { method: "POST", path: "/api/v2/m3u8-encoder/upload/url" },
  rotateEncoderWebhookSecret: { method: "POST", path: "/api/v2/m3u8-encoder/webhook-secret" },
  streamEncoderEvents: { method: "GET", path: "/api/v2/m3u8-encoder/events", files: true },
  createEventTicket: { method: "POST", path: "/api/v2/m3u8-encoder/events/tickets" },
  getVideoEncryptStatus: { method: "GET", path: "/api/v2/video-posts/{videoPostId}/parts/{fileIndex}/encryption" },
  getLatestVideoHlsKeyVersion: { method: "GET", path: "/api/v2/video-posts/{videoPostId}/parts/{fileIndex}/key-version" },
  listVideoHlsEncryptKeys: { method: "GET", path: "/api/v2/video-posts/{videoPostId}/parts/{fileIndex}/keys" },
  readContentKey: { method: "GET", path: "/admin/video/enc/key", files: true },
  countWrappedKeys: { method: "GET", path: "/admin/video/enc/rewrap" },
  rewrapKeys: { method: "POST", path: "/admin/video/enc/rewrap" },
  rotateKeys: { method: "POST", path: "/admin/video/enc/rotate" },
  listRotations: { method: "GET", path: "/admin/video/enc/rotations" },
  startRotation: { method: "POST", path: "/admin/video/enc/rotations" },
  getRotation: { method: "GET", path: "/admin/video/enc/rotations/{batchId}" },
  cancelRotation: { method: "POST", path: "/admin/video/enc/rotations/{batchId}/cancel" },
  listRotationItems: { method: "GET", path: "/admin/video/enc/rotations/{batchId}/items", files: true },
  pauseRotation: { method: "POST", path: "/admin/video/enc/rotations/{batchId}/pause" },
  resumeRotation: { method: "POST", path: "/admin/video/enc/rotations/{batchId}/resume" },
  retryFailedRotations: { method: "POST", path: "/admin/video/enc/rotations/{batchId}/retry-failed" },
  getMigration: { method: "GET", path: "/admin/video/enc/migrate" },
  requestMigration: { method: "POST", path: "/admin/video/enc/migrate" },
  clearMigration: { method: "DELETE", path: "/admin/video/enc/migrate" },
  importVideoPost: { method: "POST", path: "/admin/video/imports" },
  getImport: { method: "GET", path: "/admin/video/imports/{importId}" },
  listWebhooks: { method: "GET", path: "/api/v2/webhooks" },
  createWebhook: { method: "POST", path: "/api/v2/webhooks" },
  getWebhook: { method: "GET", path: "/api/v2/webhooks/{webhookId}" },
  updateWebhook: { method: "PATCH", path: "/api/v2/webhooks/{webhookId}" },
  deleteWebhook: { method: "DELETE", path: "/api/v2/webhooks/{webhookId}" },
  listWebhookDeliveries: { method: "GET", path: "/api/v2/webhooks/{webhookId}/deliveries" },
  getWebhookDelivery: { method: "GET", path: "/api/v2/webhooks/{webhookId}/deliveries/{deliveryId}" },
  replayWebhookDelivery: { method: "POST", path: "/api/v2/webhooks/{webhookId}/deliveries/{deliveryId}/replay" },
  replayWebhookDeliveries: { method: "POST", path: "/api/v2/webhooks/{webhookId}/replay" },
  rotateWebhookSecret: { method: "POST", path: "/api/v2/webhooks/{webhookId}/secret/rotate" },
  listApiKeys: { method: "GET", path: "/admin/api-keys" },
  createApiKey: { method: "POST", path: "/admin/api-keys" },
  revokeApiKey: { method: "DELETE", path: "/admin/api-keys/{keyId}" },
  getCaller: { method: "GET", path: "/api/v2/caller" },
  listAuditEvents: { method: "GET", path: "/admin/audit" },
  exportAuditEvents: { method: "GET", path: "/admin/audit/export", files: true },
  forgetViewer: { method: "POST", path: "/admin/viewers/forget" },
  readDiagnostics: { method: "GET", path: "/admin/diagnostics" },
  probeQueues: { method: "POST", path: "/admin/diagnostics/probes" },
} as const satisfies Readonly<
  Record<keyof Operations, { readonly method: string; readonly path: string; readonly files?: true }>
>;
