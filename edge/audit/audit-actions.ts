/** How an action is recorded. */
type Action = {
  /** For docs/http-api.md. */
  readonly records: string;
  /** Names of the details that every success has. Path parameters are details too. */
  readonly details: readonly string[];
  /** Names of the details that depend on the request. No detail may hold a token, a key, or a URL that opens something. */
  readonly optional?: readonly string[];
  /** Counted by caller, part and minute: too frequent for an event each. */
  readonly frequent?: true;
  /** Recorded in the database before the response, which is 503 if that fails. */
  readonly beforeAnswer?: true;
  /** Only refused credentials are recorded. */
  readonly refusalsOnly?: true;
};

/** Every administrative action in the audit log. The names are stable: people and programs search for them. */
export const AUDIT_ACTIONS = {
  "post.create": {
    records: "`POST /api/v2/video-posts`",
    details: ["title", "resourceType", "access", "autoPublish", "status"],
  },
  "post.update": { records: "a change of a post", details: [], optional: ["title"] },
  "post.interaction": { records: "changed interaction settings", details: ["comments", "liveComments"] },
  "post.audit": { records: "a review", details: ["result", "reason"] },
  "post.submit": { records: "a rejected post that is submitted again", details: [] },
  "post.withdraw": { records: "a withdrawal", details: ["reason"] },
  "post.refresh": { records: "a refresh of the status", details: [] },
  "post.delete": { records: "the deletion of a post", details: [] },
  "post.parts.add": { records: "added parts", details: [], optional: ["fileIndexes"] },
  "post.parts.replace": { records: "a new source of a part", details: [], optional: ["jobId"] },
  "post.parts.discard-replacement": { records: "a replacement that was given up", details: [] },
  "post.parts.remove": { records: "a removed part", details: [] },
  "post.parts.reorder": { records: "a new order of parts", details: ["fileIndexes"] },
  "post.captions.add": { records: "added captions", details: ["language", "name"], optional: ["captionId"] },
  "post.captions.change": { records: "a change of captions", details: [], optional: ["language", "name"] },
  "post.captions.replace-text": { records: "a new text of captions", details: [] },
  "post.captions.delete": { records: "deleted captions", details: [] },
  "post.captions.reorder": { records: "a new order of captions", details: ["captionIds"] },
  "post.chapters.set": { records: "chapters that were set", details: [], optional: ["chapters"] },
  "post.chapters.delete": { records: "deleted chapters", details: [] },
  "post.poster.set": { records: "a chosen or uploaded poster", details: ["poster"] },
  "post.poster.reset": { records: "a poster that was given up for the best candidate", details: [] },
  "post.import": { records: "`POST /admin/video/imports`", details: ["importId", "title", "status"] },
  "upload.create": { records: "the creation of an upload; with an upload token counted", details: [] },
  "upload.append": {
    records: "refused credentials of a chunk; chunks are not recorded",
    details: [],
    refusalsOnly: true,
  },
  "upload.delete": { records: "the termination of an upload", details: [], optional: ["uploadId"] },
  "upload.create-multipart": { records: "a created multipart upload", details: ["size", "fileName", "uploadId"] },
  "upload.sign-parts": { records: "addresses of the parts of an upload", details: ["uploadId"] },
  "upload.complete": { records: "the completion of a multipart upload", details: ["uploadId"] },
  "upload.copy": { records: "an object copied from the bucket INCOMING", details: ["key", "uploadId", "size"] },
  "upload-token.create": {
    records: "a created upload token",
    details: ["maxBytes", "maxDurationSeconds", "corsOrigin", "tokenId", "expiresAt"],
  },
  "upload-token.revoke": { records: "a revoked upload token", details: ["tokenId"] },
  "job.cancel": { records: "the cancellation of a job", details: ["jobId", "outcome"] },
  "job.retry": { records: "the retry of a job", details: ["jobId"] },
  "encoder-job.create": {
    records: "`POST /api/v2/m3u8-encoder/upload/url`",
    details: ["title", "resourceType", "access", "jobId"],
    optional: ["webhookHost"],
  },
  "encoder-job.cancel": { records: "the cancellation of an encoder job", details: ["jobId"] },
  "encoder-webhook.rotate-secret": {
    records: "a new secret for the webhooks of encoder jobs",
    details: ["previousExpiresAt"],
  },
  "encoder-job.retry": { records: "the retry of an encoder job", details: ["jobId"] },
  "event-ticket.create": {
    records: "a ticket for a stream of events, counted",
    details: ["jobId", "expiresAt"],
    frequent: true,
  },
  "token.issue": {
    records: "`POST /admin/video/enc/token`, counted; `revoke` takes `details.tokenId`",
    details: ["qualities", "expiresAt"],
    optional: ["viewer", "maxUses", "sessionLimit", "sessionOverflow", "startSeconds", "clear", "tokenId"],
    frequent: true,
  },
  "policy.set": {
    records: "policies, one event for each item of a batch",
    details: ["policies"],
    optional: ["outcome"],
  },
  "token.look-up": { records: "a token that was looked up", details: ["tokenId"], optional: ["viewer"] },
  "access.revoke": {
    records: "revoked tokens, viewers, API keys, parts and key versions",
    details: [],
    optional: ["tokenId", "viewer", "apiKeyId", "keyVersion", "sequence", "outcome", "stopsPlayback"],
  },
  "keys.rotate": { records: "the rotation of a post or part", details: ["files"] },
  "keys.rotate-batch": {
    records: "a rotation batch",
    details: ["selection", "maxInFlight", "dryRun"],
    optional: ["graceSeconds", "batchId", "totals"],
  },
  "keys.rotate-batch.pause": { records: "a paused batch", details: ["batchId"] },
  "keys.rotate-batch.resume": { records: "a resumed batch", details: ["batchId"] },
  "keys.rotate-batch.cancel": { records: "a cancelled batch", details: ["batchId"] },
  "keys.rotate-batch.retry-failed": { records: "the retry of a batch's failed parts", details: ["batchId", "retried"] },
  "keys.rewrap": { records: "one page of re-wrapped keys", details: ["current", "rewrapped", "left"] },
  "migration.request": { records: "a requested re-key of imported content", details: ["limit", "added", "begun"] },
  "migration.clear": { records: "the cleared queue of re-keys", details: ["removed"] },
  "key.read": {
    records: "`GET /admin/video/enc/key`",
    details: ["quality", "keyVersion", "keyStatus"],
    beforeAnswer: true,
  },
  "api-key.create": { records: "a created API key", details: ["name", "scopes", "keyId", "expiresAt"] },
  "api-key.revoke": { records: "a revoked API key", details: ["keyId"] },
  "webhook.create": { records: "a created webhook endpoint", details: ["events", "host", "webhookId"] },
  "webhook.update": {
    records: "a changed webhook endpoint",
    details: ["webhookId"],
    optional: ["events", "host", "state"],
  },
  "webhook.delete": { records: "a deleted webhook endpoint", details: ["webhookId"] },
  "webhook.rotate-secret": { records: "a new signing secret", details: ["webhookId", "previousExpiresAt"] },
  "webhook.replay": {
    records: "replayed webhooks",
    details: ["webhookId"],
    optional: ["from", "to", "state", "deliveryId", "replayed"],
  },
  "viewer.forget": { records: "a viewer who was removed from the log, not named", details: ["forgotten", "finished"] },
  "diagnostics.probe": { records: "messages sent through the queues to see that they arrive", details: ["queues"] },
  "audit.export": { records: "an export of the log", details: ["from", "to", "format"] },
} as const satisfies Readonly<Record<string, Action>>;

export type AuditAction = keyof typeof AUDIT_ACTIONS;

export function actionOf(action: AuditAction): Action {
  return AUDIT_ACTIONS[action];
}
