import type { FuzzRequest } from "./requests.ts";

/* Requests of administrators and processors. The post is one that may be lost: some of them change it. */

export type BodyTarget = {
  readonly videoPostId: string;
  readonly viewer: string;
  readonly token: string;
  readonly adminKey: string;
  readonly processorToken: string;
};

export function bodyRequests({ videoPostId, viewer, token, adminKey, processorToken }: BodyTarget): {
  bodies: FuzzRequest[];
  values: unknown[];
} {
  const part = { videoPostId, fileIndex: 0 };
  const policies = [{ quality: "720p", policy: "ENTITLED", entitlement: "gold" }];
  const film = { sourceUrl: "https://origin.example/film.mp4", fileName: "film.mp4", fileIndex: 0, duration: 18.5 };
  const uploadFileList = [film];
  const parts = [{ fileName: "film.mp4", key: "A".repeat(22).concat("=="), qualities: ["480p"] }];
  const filter = { status: "PUBLISHED", authorId: "a", createdFrom: "2026-01-01T00:00:00Z", kekId: "k9" };
  const lease = { leaseToken: "A".repeat(22), owner: "fuzz" };
  const list: [method: string, path: string, bearer: string | null, value: unknown][] = [
    ["POST", "/video/enc/token", null, part],
    ["POST", "/video/enc/token", "a.b.c", part],
    ["POST", "/video/enc/session", null, { token }],
    ["POST", "/video/enc/session/end", null, { token }],
    [
      "POST",
      "/admin/video/enc/token",
      adminKey,
      { ...part, viewer, qualities: ["480p"], maxUses: 2, startSeconds: 60 },
    ],
    ["POST", "/admin/video/enc/revoke", adminKey, { viewer }],
    ["POST", "/admin/video/enc/revoke", adminKey, { token }],
    ["POST", "/admin/video/enc/revoke", adminKey, { ...part, keyVersion: 1 }],
    ["PUT", "/admin/video/enc/quality-auth", adminKey, { ...part, policies }],
    ["PUT", "/admin/video/enc/quality-auth/batch", adminKey, { items: [{ ...part, policies }] }],
    ["POST", "/admin/video/enc/rotate", adminKey, part],
    ["POST", "/api/v2/video-posts", adminKey, { title: "Fuzz", resourceType: "VIDEO", uploadFileList }],
    ["PATCH", `/api/v2/video-posts/${videoPostId}`, adminKey, { title: "Fuzz", description: "d", interaction: {} }],
    ["POST", `/api/v2/video-posts/${videoPostId}/audit`, adminKey, { result: "REJECTED", reason: "r" }],
    ["POST", "/admin/api-keys", adminKey, { name: "fuzz", scopes: ["tokens:issue"] }],
    ["POST", "/admin/video/imports", adminKey, { importId: "fuzz", title: "Fuzz", digest: "a".repeat(32), parts }],
    ["POST", "/admin/video/enc/migrate", adminKey, { limit: 1 }],
    [
      "POST",
      "/admin/video/enc/rotations",
      adminKey,
      { selection: part, dryRun: true, maxInFlight: 1, graceSeconds: 60 },
    ],
    ["POST", "/admin/video/enc/rotations", adminKey, { selection: filter, dryRun: true }],
    ["POST", "/admin/video/enc/rewrap", adminKey, { limit: 10, cursor: "k1:content" }],
    ["POST", "/internal/jobs/claim", processorToken, lease],
    ["POST", `/internal/jobs/${videoPostId}/claim`, processorToken, lease],
    ["POST", `/internal/jobs/${videoPostId}/heartbeat`, token, { progress: 1 }],
    ["POST", "/api/v2/uploads", adminKey, {}],
  ];
  const bodies = list.map(([method, path, bearer]): FuzzRequest => {
    const headers = bearer === null ? {} : { authorization: `Bearer ${bearer}` };
    return { method, path, headers: { "content-type": "application/json", ...headers } };
  });
  return { bodies, values: list.map(([, , , value]) => value) };
}

export function administrationRequests({ videoPostId, adminKey }: BodyTarget): FuzzRequest[] {
  const paths = [
    "/api/v2/video-posts?status=PUBLISHED",
    `/api/v2/video-posts/${videoPostId}`,
    `/api/v2/jobs?state=QUEUED&kind=ENCRYPT&videoPostId=${videoPostId}`,
    `/api/v2/jobs/${videoPostId}`,
    `/api/v2/launches?jobId=${videoPostId}&state=REFUSED&limit=10`,
    "/api/v2/overview?hours=168",
    `/admin/audit?actor=admin&action=access.revoke&videoPostId=${videoPostId}&from=2026-01-01T00:00:00Z&limit=10`,
    "/admin/audit/export?format=csv&from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z",
    "/admin/api-keys?revoked=true",
    `/admin/video/enc/rotations?cursor=${videoPostId}`,
    `/admin/video/enc/rotations/${videoPostId}/items?state=FAILED&limit=10&format=csv&cursor=${videoPostId}`,
    "/admin/video/enc/rewrap",
    "/admin/video/enc/migrate",
    "/admin/video/imports/fuzz",
    `/api/v2/uploads/${videoPostId}`,
  ];
  return paths.map((path) => ({ method: "GET", path, headers: { authorization: `Bearer ${adminKey}` } }));
}
