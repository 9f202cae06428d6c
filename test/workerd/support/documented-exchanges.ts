import { failForGood } from "../../../shared/application/commands/fail-job.ts";
import { uuidV7 } from "../../../shared/lib/random-id.ts";
import { encoderExchanges } from "./encoder-exchanges.ts";
import { importRequest, storeImport } from "./imported-post.ts";
import { claim, createPost, publishPost } from "./published-post.ts";
import { askKey, siteToken, startSession } from "./viewing.ts";
import { startWorker, type TestWorker } from "./worker.ts";

/** A request and its answer, for the route as the documentation names it. */
export type Exchange = { readonly route: string; readonly status: number; readonly body: unknown };

/** Sends the requests whose answers docs/http-api.md shows, and collects the answers. */
export async function documentedExchanges(worker: TestWorker): Promise<readonly Exchange[]> {
  const exchanges: Exchange[] = [];
  const note = async (route: string, response: Response) => {
    const text = await response.text();
    const isJson = (response.headers.get("content-type") ?? "").includes("json");
    exchanges.push({ route, status: response.status, body: isJson ? JSON.parse(text) : null });
    return isJson ? JSON.parse(text) : null;
  };
  const admin = async (route: string, body?: unknown, path = route.split(" ")[1]!) =>
    note(route, await worker.admin(route.split(" ")[0]!, path, body));
  const post = await publishPost(worker);
  const { videoPostId, fileIndex } = post;
  await ofViewers(worker, post, note);
  await ofTokens(worker, videoPostId, admin);
  await ofPosts(worker, admin);
  await ofParts(videoPostId, admin);
  await ofUploads(admin, note);
  await ofRotations(worker, videoPostId, fileIndex, admin);
  await ofKeys(worker, admin);
  await ofWebhooks(worker, admin);
  await ofCallers(worker, admin, note);
  await ofOverview(worker, admin);
  await encoderExchanges(admin);
  return exchanges;
}

type Note = (route: string, response: Response) => Promise<Record<string, unknown> | null>;
type Admin = (route: string, body?: unknown, path?: string) => Promise<Record<string, unknown>>;
type Post = Awaited<ReturnType<typeof publishPost>>;

async function ofViewers(worker: TestWorker, post: Post, note: Note): Promise<void> {
  const { videoPostId, fileIndex, keys } = post;
  const send = (path: string, body: unknown, method = "POST") =>
    worker.fetch(path, { method, body: JSON.stringify(body) });
  await note("POST /video/enc/token", await send("/video/enc/token", { videoPostId, fileIndex }));
  const unknown = { videoPostId: crypto.randomUUID(), fileIndex };
  await note("POST /video/enc/token", await send("/video/enc/token", unknown));
  const issued = await siteToken(worker, post, { qualities: ["480p"] });
  const session = await startSession(worker, post, issued);
  const locked = keys.keys.find(({ quality }) => quality === "1080p")!;
  const path = `/video/enc/key?keyId=${locked.keyId}&quality=1080p&token=${session.token}`;
  await note("GET /video/enc/key", await worker.fetch(path));
  const counted = await siteToken(worker, post, { maxUses: 3 });
  await askKey(worker, post, await startSession(worker, post, counted));
  const lookUp = "/admin/video/enc/tokens/look-up";
  await note(`POST ${lookUp}`, await worker.admin("POST", lookUp, { token: counted.token }));
  await note("POST /video/enc/session", await send("/video/enc/session", session));
  await note("POST /video/enc/session", await send("/video/enc/session", {}));
  await note("DELETE /video/enc/session", await send("/video/enc/session", session, "DELETE"));
}

async function ofTokens(worker: TestWorker, videoPostId: string, admin: Admin): Promise<void> {
  const part = { videoPostId, fileIndex: 0 };
  const request = { ...part, viewer: "customer-42", qualities: ["1080p", "720p"], maxUses: 3, sessionLimit: 2 };
  await admin("POST /admin/video/enc/token", request);
  await admin("POST /admin/video/enc/token", { ...part, sessionOverflow: "refuse" });
  const paid = { quality: "1080p", policy: "ENTITLED", entitlement: "premium" };
  await admin("PUT /admin/video/enc/quality-auth", { ...part, policies: [paid] });
  await admin("PUT /admin/video/enc/quality-auth", { ...part, policies: [{ quality: "96k", policy: "PUBLIC" }] });
  const items = [
    { ...part, policies: [{ quality: "360p", policy: "PUBLIC" }] },
    { ...part, fileIndex: 7, policies: [{ quality: "360p", policy: "PUBLIC" }] },
  ];
  await admin("PUT /admin/video/enc/quality-auth/batch", { items });
  await admin("POST /admin/video/enc/revoke", { viewer: "customer-42" });
  const other = await publishPost(worker);
  const version = { videoPostId: other.videoPostId, fileIndex: 0, keyVersion: 1 };
  await admin("POST /admin/video/enc/revoke", version);
  await admin("POST /admin/video/enc/revoke", { viewer: "customer-42", tokenId: "a" });
}

async function ofPosts(worker: TestWorker, admin: Admin): Promise<void> {
  const uploadFileList = [{ sourceUrl: "https://files.example.com/part-1.mp4", fileName: "part-1.mp4" }];
  const created = await admin("POST /api/v2/video-posts", { title: "Spring", resourceType: "VIDEO", uploadFileList });
  await admin("POST /api/v2/video-posts", {
    title: "Spring",
    resourceType: "VIDEO",
    uploadFileList: [{ fileIndx: 0 }],
  });
  const jobId = (created as { files: { jobId: string }[] }).files[0]!.jobId;
  await claim(worker, created.videoPostId as string);
  await admin("GET /api/v2/jobs", undefined, `/api/v2/jobs?videoPostId=${created.videoPostId}`);
  await admin("GET /api/v2/jobs/{jobId}", undefined, `/api/v2/jobs/${jobId}`);
  await admin("POST /api/v2/jobs/{jobId}/cancel", undefined, `/api/v2/jobs/${jobId}/cancel`);
  await admin("POST /api/v2/jobs/{jobId}/cancel", undefined, `/api/v2/jobs/${jobId}/cancel`);
  await admin("POST /api/v2/jobs/{jobId}/retry", undefined, `/api/v2/jobs/${jobId}/retry`);
  await claim(worker, created.videoPostId as string);

  const ready = await publishPost(worker, { title: "Summer", autoPublish: false });
  const path = `/api/v2/video-posts/${ready.videoPostId}`;
  await admin("GET /api/v2/video-posts", undefined, "/api/v2/video-posts?status=PENDING_AUDIT");
  await admin("GET /api/v2/video-posts/{videoPostId}", undefined, path);
  await admin("PATCH /api/v2/video-posts/{videoPostId}", { title: "Summer 2026" }, path);
  const rejection = { result: "REJECTED", reason: "The sound is too loud." };
  await admin("POST /api/v2/video-posts/{videoPostId}/audit", rejection, `${path}/audit`);
  await admin("GET /api/v2/video-posts/{videoPostId}/history", undefined, `${path}/history?limit=1`);
  await admin("POST /api/v2/video-posts/{videoPostId}/submit", undefined, `${path}/submit`);
  const settings = { comments: false, liveComments: true };
  await admin("PUT /api/v2/video-posts/{videoPostId}/interaction", settings, `${path}/interaction`);
  await admin("POST /api/v2/video-posts/{videoPostId}/audit", { result: "PASSED" }, `${path}/audit`);
  await worker.settled();
  await admin("GET /api/v2/videos");
  const rewards = "/api/v2/authors/api-key%3Aadmin/rewards";
  await admin("GET /api/v2/authors/{authorId}/rewards", undefined, rewards);
  await ofPartEdits(path, admin);
  await admin("POST /api/v2/video-posts/{videoPostId}/submit", undefined, `${path}/submit`);
  const withdrawal = { reason: "The wrong cut was uploaded." };
  await admin("POST /api/v2/video-posts/{videoPostId}/withdraw", withdrawal, `${path}/withdraw`);
  await admin("POST /api/v2/video-posts/{videoPostId}/refresh", undefined, `${path}/refresh`);
  await admin("DELETE /api/v2/video-posts/{videoPostId}", undefined, path);
  await admin("PATCH /api/v2/video-posts/{videoPostId}", { title: "Autumn" }, path);
}

async function ofUploads(admin: Admin, note: Note): Promise<void> {
  const file = { size: 12_582_912, fileName: "film.mov", partSize: 8_388_608 };
  await admin("POST /api/v2/uploads/multipart", file);
  const s3 = { S3_ENDPOINT: "https://account.r2.cloudflarestorage.com", SOURCE_BUCKET: "ladderlock-source" };
  const signing = startWorker({ ...s3, S3_ACCESS_KEY_ID: "id", S3_SECRET_ACCESS_KEY: "secret" });
  const path = "/api/v2/uploads/multipart";
  await note(`POST ${path}`, await signing.admin("POST", path, file));
  const postDefaults = { title: "Holiday", resourceType: "VIDEO", access: "POLICY", autoPublish: false };
  const limits = { maxBytes: 2_000_000_000, maxDurationSeconds: 600, corsOrigin: "https://studio.example.com" };
  const created = await admin("POST /api/v2/upload-tokens", { ...limits, postDefaults });
  await admin("GET /api/v2/upload-tokens");
  const token = `/api/v2/upload-tokens/${created.tokenId}`;
  await admin("DELETE /api/v2/upload-tokens/{tokenId}", undefined, token);
}

async function ofPartEdits(path: string, admin: Admin): Promise<void> {
  const route = "/api/v2/video-posts/{videoPostId}";
  const file = (name: string) => ({ sourceUrl: `https://files.example.com/${name}`, fileName: name });
  const added = await admin(`POST ${route}/parts`, { uploadFileList: [file("part-2.mp4")] }, `${path}/parts`);
  await admin(`POST ${route}/parts`, { uploadFileList: [file("part-3.mp4")], version: 3 }, `${path}/parts`);
  await admin(`PUT ${route}/parts/{fileIndex}/source`, file("better.mp4"), `${path}/parts/0/source`);
  await admin(`PUT ${route}/part-order`, { fileIndexes: [1, 0] }, `${path}/part-order`);
  await admin(`PUT ${route}/part-order`, { fileIndexes: [1, 1] }, `${path}/part-order`);
  await admin(`DELETE ${route}/parts/{fileIndex}/replacement`, undefined, `${path}/parts/0/replacement`);
  const [{ fileIndex } = { fileIndex: 0 }] = added.files as { fileIndex: number }[];
  await admin(`DELETE ${route}/parts/{fileIndex}`, undefined, `${path}/parts/${fileIndex}`);
  await admin(`DELETE ${route}/parts/{fileIndex}`, undefined, `${path}/parts/0`);
}

async function ofRotations(worker: TestWorker, videoPostId: string, fileIndex: number, admin: Admin): Promise<void> {
  const film = await publishPost(worker);
  await admin("POST /admin/video/enc/rotate", { videoPostId, fileIndex });
  const selection = { videoPostId: film.videoPostId };
  const base = "/admin/video/enc/rotations";
  await admin(`POST ${base}`, { selection, dryRun: true });
  const batch = await admin(`POST ${base}`, { selection, graceSeconds: 3600 });
  const path = `${base}/${batch.batchId}`;
  await admin(`GET ${base}`);
  await admin(`GET ${base}/{batchId}`, undefined, path);
  await admin(`GET ${base}/{batchId}/items`, undefined, `${path}/items`);
  await admin(`POST ${base}/{batchId}/pause`, undefined, `${path}/pause`);
  await admin(`POST ${base}/{batchId}/cancel`, undefined, `${path}/cancel`);
  await admin(`POST ${base}/{batchId}/resume`, undefined, `${path}/resume`);
  const retried = await admin(`POST ${base}`, { selection: { videoPostId } });
  await admin(`POST ${base}/{batchId}/retry-failed`, undefined, `${base}/${retried.batchId}/retry-failed`);
}

async function ofKeys(worker: TestWorker, admin: Admin): Promise<void> {
  await admin("GET /admin/video/enc/rewrap");
  await admin("POST /admin/video/enc/rewrap", { limit: 200 });
  const request = importRequest("spring-2023");
  await storeImport(request.importId);
  await admin("POST /admin/video/imports", request);
  await admin("GET /admin/video/imports/{importId}", undefined, "/admin/video/imports/spring-2023");
  await admin("POST /admin/video/enc/migrate", { limit: 1000 });
  await admin("GET /admin/video/enc/migrate");
  await admin("DELETE /admin/video/enc/migrate");
  const post = await createPost(worker);
  const query = `?videoPostId=${post}&fileIndex=0&quality=1080p&keyVersion=1`;
  await admin("GET /admin/video/enc/key", undefined, `/admin/video/enc/key${query}`);
}

async function ofWebhooks(worker: TestWorker, admin: Admin): Promise<void> {
  // Events of the exchanges before would be delivered to this endpoint too.
  await worker.settled();
  const base = "/api/v2/webhooks";
  const endpoint = await admin(`POST ${base}`, { url: "https://www.example.com/hooks/video", events: ["post.*"] });
  await admin(`POST ${base}`, { url: "https://10.0.0.1/" });
  await admin(`GET ${base}`);
  const path = `${base}/${endpoint.webhookId}`;
  await admin(`GET ${base}/{webhookId}`, undefined, path);
  await admin(`PATCH ${base}/{webhookId}`, { state: "DISABLED" }, path);
  const body = '{"type":"post.deleted","timestamp":"2026-11-27T03:37:00.000Z","data":{"videoPostId":"a"}}';
  const [now, eventId] = [worker.context.now(), "evt_a_4_1"];
  const event = { id: eventId, type: "post.deleted", at: now, body } as const;
  await worker.context.webhookDeliveries.create(event, { now, firstAttemptAt: now });
  await admin(`POST ${base}/{webhookId}/replay`, rangeAround(now), `${path}/replay`);
  await admin(`PATCH ${base}/{webhookId}`, { state: "ENABLED" }, path);
  await admin(`POST ${base}/{webhookId}/replay`, rangeAround(now), `${path}/replay`);
  await worker.settled();
  const ref = { endpointId: endpoint.webhookId as string, eventId };
  // In place of the queue, so that nothing is sent.
  await worker.context.webhookDeliveries.begin({ ...ref, attempt: 1, nextAttemptAt: now }, worker.context.now(), now);
  await worker.context.webhookDeliveries.finish({
    ...{ ...ref, url: "", wakeAt: null, after: { state: "FAILED", nextAttemptAt: null, isGone: false } },
    attempt: {
      ...{ attempt: 1, startedAt: now, durationMs: 80, status: 500, error: null, excerpt: "Internal error" },
      nextAttemptAt: null,
    },
  });
  await admin(`GET ${base}/{webhookId}/deliveries`, undefined, `${path}/deliveries?limit=1`);
  await admin(`GET ${base}/{webhookId}/deliveries/{deliveryId}`, undefined, `${path}/deliveries/${eventId}`);
  const replay = `${base}/{webhookId}/deliveries/{deliveryId}/replay`;
  await admin(`POST ${replay}`, undefined, `${path}/deliveries/${eventId}/replay`);
  await admin(`POST ${base}/{webhookId}/secret/rotate`, undefined, `${path}/secret/rotate`);
  await admin(`DELETE ${base}/{webhookId}`, undefined, path);
}

function rangeAround(now: number) {
  return { from: new Date(now - 1000).toISOString(), to: new Date(now + 1000).toISOString() };
}

async function ofParts(videoPostId: string, admin: Admin): Promise<void> {
  const part = "/api/v2/video-posts/{videoPostId}/parts/{fileIndex}";
  for (const rest of ["encryption", "key-version", "keys"])
    await admin(`GET ${part}/${rest}`, undefined, `/api/v2/video-posts/${videoPostId}/parts/0/${rest}`);
}

/** Orders a container, which the platform refuses. */
async function ofOverview(worker: TestWorker, admin: Admin): Promise<void> {
  const { context } = worker;
  await createPost(worker);
  const now = context.now();
  const order = { platform: "aws-batch", regions: ["eu-central-1"], maxInFlight: 1000, timeoutMs: 900_000, rate: null };
  const [taken] = await context.launches.take({ launchIds: [uuidV7(now)], now, ...order });
  const refusal = { cause: "capacity", reason: "No capacity.", nextAt: now + 30_000, now } as const;
  await context.launches.refused({ launchId: taken!.launchId, ...refusal });
  const job = await context.jobs.find(taken!.jobId);
  const failure = { code: "launch-failed", reason: "No capacity." } as const;
  await failForGood(context, job!, { kind: "waiting-job", jobId: taken!.jobId }, failure, now);
  await admin("GET /api/v2/launches", undefined, "/api/v2/launches?limit=1");
  await createPost(worker);
  await admin("GET /api/v2/overview");
}

async function ofCallers(worker: TestWorker, admin: Admin, note: Note): Promise<void> {
  const key = await admin("POST /admin/api-keys", { name: "shop", scopes: ["tokens:issue"] });
  await admin("GET /admin/api-keys");
  const headers = { authorization: `Bearer ${key.key}` };
  await note("GET /api/v2/caller", await worker.fetch("/api/v2/caller", { headers }));
  await admin("DELETE /admin/api-keys/{keyId}", undefined, `/admin/api-keys/${key.keyId}`);
  await admin("DELETE /admin/api-keys/{keyId}", undefined, "/admin/api-keys/0000000000000000");
  await admin("GET /admin/audit", undefined, "/admin/audit?action=api-key.create&limit=1");
  await admin("GET /admin/audit", undefined, "/admin/audit?limt=1");
  await admin("POST /admin/viewers/forget", { viewer: "site:42" });
}
