/** How a request is told in the audit log. The post and the part are found by themselves, in path, body or answer. */
export type AuditedAction = {
  /** Stable: people and programs look for it. */
  readonly action: string;
  /** Fields that become details. None of them may ever hold a token, a key, or a URL that opens something. */
  readonly query?: readonly string[];
  readonly body?: readonly string[];
  readonly answer?: readonly string[];
  /** Where a playback token stands whose id is told instead of it, as `token`. */
  readonly tokenIn?: "body" | "answer";
  /** A list in the body whose items are an event each, and that of their outcomes in the answer, in the same order. */
  readonly each?: { readonly items: string; readonly outcomes: string };
  /** The post is that of the job in the path. */
  readonly ofJob?: true;
  /** Too frequent for a statement each. */
  readonly frequent?: true;
  /** Told only where credentials were refused. */
  readonly refusalsOnly?: true;
};

/**
 * Everything that is told of administrators, by method and route. Every route below `/admin` and `/api/v2` that changes
 * something is here: a test compares. Of those that only read, keys and the log itself are told.
 */
export const ADMINISTRATIVE_ACTIONS: Readonly<Record<string, AuditedAction>> = {
  "POST /admin/video/enc/token": {
    action: "token.issue",
    body: ["viewer", "maxUses", "sessionLimit", "sessionOverflow", "startSeconds"],
    answer: ["qualities", "expiresAt"],
    tokenIn: "answer",
    frequent: true,
  },
  "GET /admin/video/enc/key": { action: "key.read", query: ["quality", "keyVersion"] },
  "PUT /admin/video/enc/quality-auth": { action: "policy.set", body: ["policies"] },
  "PUT /admin/video/enc/quality-auth/batch": {
    action: "policy.set",
    body: ["policies"],
    each: { items: "items", outcomes: "results" },
  },
  "POST /admin/video/enc/revoke": {
    action: "access.revoke",
    body: ["tokenId", "viewer", "keyVersion"],
    answer: ["revoked", "complete", "outcome", "stopsPlayback"],
    tokenIn: "body",
  },
  "POST /admin/video/enc/rotate": { action: "keys.rotate", answer: ["files"] },
  "POST /admin/video/enc/rotations": {
    action: "keys.rotate-batch",
    body: ["selection", "maxInFlight", "graceSeconds", "dryRun"],
    answer: ["batchId", "totals"],
  },
  "POST /admin/video/enc/rotations/:batchId/pause": { action: "keys.rotate-batch.pause" },
  "POST /admin/video/enc/rotations/:batchId/resume": { action: "keys.rotate-batch.resume" },
  "POST /admin/video/enc/rotations/:batchId/cancel": { action: "keys.rotate-batch.cancel" },
  "POST /admin/video/enc/rotations/:batchId/retry-failed": {
    action: "keys.rotate-batch.retry-failed",
    answer: ["retried"],
  },
  "POST /admin/video/enc/rewrap": { action: "keys.rewrap", answer: ["current", "rewrapped", "left"] },
  "POST /admin/video/enc/migrate": { action: "migration.request", body: ["limit"], answer: ["added", "begun"] },
  "DELETE /admin/video/enc/migrate": { action: "migration.clear", answer: ["removed"] },
  // Its parts hold content keys.
  "POST /admin/video/imports": { action: "post.import", body: ["importId", "title"], answer: ["status"] },
  "POST /admin/api-keys": { action: "api-key.create", body: ["name", "scopes"], answer: ["keyId", "expiresAt"] },
  "DELETE /admin/api-keys/:keyId": { action: "api-key.revoke" },
  "GET /admin/audit/export": { action: "audit.export", query: ["from", "to", "format"] },
  "POST /api/v2/video-posts": {
    action: "post.create",
    body: ["title", "resourceType", "access", "autoPublish"],
    answer: ["status"],
  },
  "PATCH /api/v2/video-posts/:videoPostId": { action: "post.update", body: ["title"] },
  "POST /api/v2/video-posts/:videoPostId/audit": { action: "post.audit", body: ["result", "reason"] },
  "DELETE /api/v2/video-posts/:videoPostId": { action: "post.delete" },
  "POST /api/v2/jobs/:jobId/cancel": { action: "job.cancel", answer: ["outcome"], ofJob: true },
  "POST /api/v2/jobs/:jobId/retry": { action: "job.retry", ofJob: true },
  "POST /api/v2/uploads/*": { action: "upload.create" },
  "PATCH /api/v2/uploads/*": { action: "upload.append", refusalsOnly: true },
  "DELETE /api/v2/uploads/*": { action: "upload.delete" },
};
