import type { Scope } from "../../../shared/domain/scope.ts";

/**
 * What a route asks of whoever comes. Values that begin with a colon are filled in by the suite (route-samples.ts), in
 * bodies and queries as in paths.
 */
export type AuthMethod =
  /** Anybody. Credentials are not looked at. */
  | { readonly kind: "open" }
  /** Anybody. Whoever brings a viewer's JWT must bring a good one; `body` is one that gets that far. */
  | { readonly kind: "viewer"; readonly body: Readonly<Record<string, unknown>> }
  /** `?token=` of this video. `beyond` leads to something that the token is not for, which is refused with `code`. */
  | {
      readonly kind: "playback-token";
      readonly query?: string;
      readonly beyond: Readonly<Record<string, string>>;
      readonly code: string;
    }
  /** The token of a play session, in a header or a body. */
  | { readonly kind: "session-token" }
  /** An administrator or a site that holds this scope. */
  | { readonly kind: "scope"; readonly scope: Scope }
  | { readonly kind: "processor" }
  /** The credential of the work order of the job in the path. */
  | { readonly kind: "lease" };

const open: AuthMethod = { kind: "open" };
const session: AuthMethod = { kind: "session-token" };
const processor: AuthMethod = { kind: "processor" };
const lease: AuthMethod = { kind: "lease" };
const scope = (needed: Scope): AuthMethod => ({ kind: "scope", scope: needed });

/**
 * Every route of the Worker, as it is registered (`METHOD path`), and its door. The suite fails for a route that is not
 * here, and for one that is here and not registered.
 */
export const ROUTE_TABLE: Readonly<Record<string, AuthMethod>> = {
  "GET /healthz": open,
  "GET /watch/:videoPostId/:fileIndex{[0-9]{1,6}}": open,
  "GET /watch/*": open,
  // Exists only where DEMO_VIEWERS is "enabled".
  "POST /demo/subscriber-token": open,

  "POST /video/enc/token": { kind: "viewer", body: { videoPostId: ":videoPostId", fileIndex: 0 } },
  "GET /video/enc/videoResource/:videoPostId/:fileIndex/master.m3u8": {
    kind: "playback-token",
    beyond: { videoPostId: ":otherVideoPostId" },
    code: "token-for-other-video",
  },
  "GET /video/enc/videoResource/:videoPostId/:fileIndex/:quality/index.m3u8": {
    kind: "playback-token",
    beyond: { quality: "1080p" },
    code: "quality-not-allowed",
  },
  "GET /video/enc/key": {
    kind: "playback-token",
    query: "keyId=:keyId&quality=:quality",
    beyond: { quality: "1080p" },
    code: "quality-not-allowed",
  },
  "POST /video/enc/session": session,
  "DELETE /video/enc/session": session,
  "POST /video/enc/session/end": session,
  // Ciphertext.
  "GET /video/enc/segments/:key{.+\\.ts}": open,

  "POST /admin/video/enc/token": scope("tokens:issue"),
  "GET /admin/video/enc/key": scope("keys:read"),
  "PUT /admin/video/enc/quality-auth": scope("access:write"),
  "PUT /admin/video/enc/quality-auth/batch": scope("access:write"),
  "POST /admin/video/enc/revoke": scope("access:write"),
  "POST /admin/video/enc/rotate": scope("keys:rotate"),
  "POST /admin/video/enc/rotations": scope("keys:rotate"),
  "GET /admin/video/enc/rotations": scope("keys:rotate"),
  "GET /admin/video/enc/rotations/:batchId": scope("keys:rotate"),
  "GET /admin/video/enc/rotations/:batchId/items": scope("keys:rotate"),
  "POST /admin/video/enc/rotations/:batchId/pause": scope("keys:rotate"),
  "POST /admin/video/enc/rotations/:batchId/resume": scope("keys:rotate"),
  "POST /admin/video/enc/rotations/:batchId/cancel": scope("keys:rotate"),
  "POST /admin/video/enc/rotations/:batchId/retry-failed": scope("keys:rotate"),
  "POST /admin/video/enc/rewrap": scope("keys:rotate"),
  "GET /admin/video/enc/rewrap": scope("keys:rotate"),
  "POST /admin/video/enc/migrate": scope("keys:rotate"),
  "GET /admin/video/enc/migrate": scope("keys:rotate"),
  "DELETE /admin/video/enc/migrate": scope("keys:rotate"),
  "POST /admin/video/imports": scope("posts:write"),
  "GET /admin/video/imports/:importId": scope("posts:read"),

  "POST /admin/api-keys": scope("admin"),
  "GET /admin/api-keys": scope("admin"),
  "DELETE /admin/api-keys/:keyId": scope("admin"),
  "GET /admin/audit": scope("audit:read"),
  "GET /admin/audit/export": scope("audit:read"),

  "POST /api/v2/video-posts": scope("posts:write"),
  "GET /api/v2/video-posts": scope("posts:read"),
  "GET /api/v2/video-posts/:videoPostId": scope("posts:read"),
  "PATCH /api/v2/video-posts/:videoPostId": scope("posts:write"),
  "POST /api/v2/video-posts/:videoPostId/audit": scope("posts:write"),
  "DELETE /api/v2/video-posts/:videoPostId": scope("posts:write"),
  "GET /api/v2/jobs": scope("posts:read"),
  "GET /api/v2/jobs/:jobId": scope("posts:read"),
  "POST /api/v2/jobs/:jobId/cancel": scope("posts:write"),
  "POST /api/v2/jobs/:jobId/retry": scope("posts:write"),
  // tus. OPTIONS alone is for anybody.
  "ALL /api/v2/uploads/*": scope("posts:write"),

  "POST /internal/jobs/claim": processor,
  "POST /internal/jobs/:jobId/claim": processor,
  "POST /internal/jobs/scan": processor,
  "POST /internal/jobs/:jobId/heartbeat": lease,
  "POST /internal/jobs/:jobId/progress": lease,
  "POST /internal/jobs/:jobId/keys": lease,
  "POST /internal/jobs/:jobId/transcode-result": lease,
  "POST /internal/jobs/:jobId/encrypt-result": lease,
  "POST /internal/jobs/:jobId/fail": lease,
  "POST /internal/jobs/:jobId/release": lease,
  "POST /internal/jobs/:jobId/cancelled": lease,
  "POST /internal/garbage/check": processor,
  "POST /internal/garbage/delete": processor,
};
