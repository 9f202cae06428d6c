import { beforeAll, expect, it } from "vitest";
import { DEFINITIONS } from "../../../edge/api/definitions/all.ts";
import { AUDIT_ACTIONS, type AuditAction } from "../../../edge/audit/audit-actions.ts";
import { createKey } from "../support/admin-callers.ts";
import { allSettled, deliver, heldQueue, readAudit, type Shown } from "../support/audited.ts";
import { documentedExchanges } from "../support/documented-exchanges.ts";
import { publishIllustrated } from "../support/images.ts";
import { publishPost } from "../support/published-post.ts";
import { testEnv } from "../support/test-env.ts";
import { startWorker, type TestWorker } from "../support/worker.ts";

/* Every route that is audited, once it has succeeded: the event of its action has every detail that the action promises. */

const queue = heldQueue();
const S3 = {
  ...{ S3_ENDPOINT: "https://account.r2.example/", SOURCE_BUCKET: "source" },
  ...{ S3_ACCESS_KEY_ID: "id", S3_SECRET_ACCESS_KEY: "the-secret-half" },
};
const worker: TestWorker = startWorker({ AUDIT_EVENTS: queue.binding, INCOMING: testEnv.PLAYBACK, ...S3 });

const AUDITED = [...new Set(DEFINITIONS.flatMap(({ audit }) => audit ?? []))];

beforeAll(async () => {
  const { videoPostId } = await publishPost(worker);
  await setAndResetPoster();
  await editCaptionsAndChapters(videoPostId);
  await documentedExchanges(worker);
  // What the documentation describes without an example of a success.
  const key = `videoPostId=${videoPostId}&fileIndex=0&quality=480p&keyVersion=1`;
  await (await worker.admin("GET", `/admin/video/enc/key?${key}`)).arrayBuffer();
  const started = await worker.admin("POST", "/admin/video/enc/rotations", { selection: { videoPostId } });
  const { batchId } = (await started.json()) as { batchId: string };
  await worker.admin("POST", `/admin/video/enc/rotations/${batchId}/resume`);
  await createKey(worker, ["posts:read"]);
  const uploadTokens = (await (await worker.admin("GET", "/api/v2/upload-tokens")).json()) as {
    items: { tokenId: string }[];
  };
  await worker.admin("DELETE", `/api/v2/upload-tokens/${uploadTokens.items[0]?.tokenId}`);
  await uploadInParts();
  await testEnv.PLAYBACK.put("incoming.mp4", "a film");
  await worker.admin("POST", "/api/v2/uploads/copy", { key: "incoming.mp4" });
  await worker.admin("POST", "/api/v2/m3u8-encoder/events/tickets", {});
  await worker.admin("POST", "/admin/diagnostics/probes");
  const range = "from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z";
  await (await worker.admin("GET", `/admin/audit/export?${range}`)).arrayBuffer();
  await allSettled(worker);
  await deliver(queue.sent.splice(0));
});

async function setAndResetPoster(): Promise<void> {
  const { videoPostId } = await publishIllustrated(worker);
  const path = `/api/v2/video-posts/${videoPostId}/parts/0/poster`;
  await worker.admin("PUT", path, { candidate: 1 });
  await worker.admin("DELETE", path);
}

async function editCaptionsAndChapters(videoPostId: string): Promise<void> {
  const part = `/api/v2/video-posts/${videoPostId}/parts/0`;
  const headers = { authorization: `Bearer ${testEnv.ADMIN_API_KEY}` };
  const body = "WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n";
  const added = await worker.fetch(`${part}/captions?language=en&name=English`, { method: "POST", headers, body });
  const { captionId } = (await added.json()) as { captionId: string };
  await worker.fetch(`${part}/captions/${captionId}/text`, {
    method: "PUT",
    headers,
    body: body.replace("Hello", "Bye"),
  });
  await worker.admin("PATCH", `${part}/captions/${captionId}`, { name: "Full" });
  await worker.admin("PUT", `${part}/caption-order`, { captionIds: [captionId] });
  await worker.admin("DELETE", `${part}/captions/${captionId}`);
  await worker.admin("PUT", `${part}/chapters`, { chapters: [{ startSeconds: 0, title: "Start" }] });
  await worker.admin("DELETE", `${part}/chapters`);
}

/** Addresses for its parts, its completion, and the deletion of another one. */
async function uploadInParts(): Promise<void> {
  const path = "/api/v2/uploads/multipart";
  const file = { size: 4, fileName: "a.mp4" };
  const create = async () => ((await (await worker.admin("POST", path, file)).json()) as { uploadId: string }).uploadId;
  const [uploadId, unwanted] = [await create(), await create()];
  await worker.admin("POST", `${path}/${uploadId}/parts`, { partNumbers: [1] });
  const { multipartId } = (await worker.context.uploads.find({ uploadId, owner: "api-key:admin" }))!;
  const multipart = testEnv.SOURCE.resumeMultipartUpload(`uploads/${uploadId}/000000000000000`, multipartId!);
  const { etag } = await multipart.uploadPart(1, "film");
  await worker.admin("POST", `${path}/${uploadId}/complete`, { parts: [{ partNumber: 1, etag }] });
  await worker.admin("DELETE", `${path}/${unwanted}`);
}

it.each(AUDITED)("%s sets its audit facts on success", async (action: AuditAction) => {
  const { events } = await readAudit(worker, { action, outcome: "done", limit: "1" });
  const [event] = events as readonly Shown[];
  expect(event, `no example succeeds with ${action}`).toBeDefined();
  const { details } = AUDIT_ACTIONS[action];
  const recorded = Object.keys(event?.details ?? {});
  expect(details.filter((name) => !recorded.includes(name))).toEqual([]);
});
