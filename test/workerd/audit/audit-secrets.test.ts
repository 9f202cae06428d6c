import { expect, it } from "vitest";
import { bearer, createKey } from "../support/admin-callers.ts";
import { allSettled, deliver, everyRow, heldQueue } from "../support/audited.ts";
import { publishPost } from "../support/published-post.ts";
import { testEnv } from "../support/test-env.ts";
import { siteToken, tokenId } from "../support/viewing.ts";
import { startWorker } from "../support/worker.ts";

const SIGNED_URL = "https://origin.example/f.mp4?X-Amz-Signature=5ec2e75ec2e7";

it("holds no token, key, bearer secret or signed URL in any column, wherever a caller put it", async () => {
  const queue = heldQueue();
  const worker = startWorker({ AUDIT_EVENTS: queue.binding });
  const post = await publishPost(worker);
  const { token } = await siteToken(worker, post, { viewer: "site:secrets", maxUses: 1 });
  const { key, keyId } = await createKey(worker, ["admin"]);
  const by = (credentials: Record<string, string>) => (method: string, path: string, body?: unknown) =>
    worker.fetch(path, { method, headers: credentials, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const holder = by(bearer(key));

  const readKey = `/admin/video/enc/key?videoPostId=${post.videoPostId}&fileIndex=0&quality=480p&keyVersion=1`;
  const content = new Uint8Array(await (await holder("GET", readKey)).arrayBuffer());
  expect(content).toHaveLength(16);
  await holder("POST", "/api/v2/video-posts", {
    title: `See ${SIGNED_URL} with ${key}`,
    resourceType: "VIDEO",
    uploadFileList: [{ sourceUrl: SIGNED_URL, fileName: "f.mp4" }],
  });
  await holder("PATCH", `/api/v2/video-posts/${post.videoPostId}`, { title: `x ${key} ${SIGNED_URL}` });
  await holder("POST", "/admin/video/enc/revoke", { viewer: `x ${key}` });
  await holder("POST", "/admin/video/enc/revoke", { token });
  await holder("DELETE", `/api/v2/video-posts/${token}`);
  await holder("DELETE", `/admin/api-keys/${key}`);
  await holder("GET", `/admin/audit/export?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z&actor=${key}`);
  await by(bearer(`${key}x`))("DELETE", `/api/v2/video-posts/${key}`);
  await by({ authorization: `Basic ${btoa(key)}` })("POST", `/api/v2/jobs/${token}/retry`);
  for (const quality of ["480p", token, key]) {
    const query = new URLSearchParams({ keyId: key, quality, token });
    await by({ referer: `https://x.example/?token=${token}` })("GET", `/video/enc/key?${query}`);
  }
  await allSettled(worker);
  await deliver(queue.sent.splice(0));

  const rows = await everyRow();
  const text = JSON.stringify(rows);
  // What is looked for below is present if it is recorded at all.
  for (const told of [tokenId({ token }), keyId, "origin.example/f.mp4", "gate.refuse", "audit.export"])
    expect(text).toContain(told);
  const [, payload = "", signature = ""] = token.split(".");
  const secrets = {
    token,
    payload,
    signature,
    key,
    "secret half of the key": key.split("_").slice(2).join("_"),
    "first key": testEnv.ADMIN_API_KEY as string,
    "content key in base64": btoa(String.fromCharCode(...content)),
    "content key in hex": Array.from(content, (byte) => byte.toString(16).padStart(2, "0")).join(""),
    "content key as numbers": content.join(","),
    "signature of a URL": "5ec2e75ec2e7",
  };
  for (const [name, secret] of Object.entries(secrets)) expect(text.includes(secret), name).toBe(false);
});
