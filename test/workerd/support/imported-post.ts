import type { ImportRequest } from "../../../shared/application/protocols/import-protocol.ts";
import { importPrefix, mediaPlaylistKey } from "../../../shared/domain/part/object-keys.ts";
import type { Quality } from "../../../shared/domain/quality/quality.ts";
import { base64Encode } from "../../../shared/lib/base64.ts";
import { testEnv } from "./test-env.ts";
import type { TestWorker } from "./worker.ts";

/* A post as `ladderlock import` makes it, without the media: playlists that are there are all that the Worker looks at. */

export const DIGEST = "0123456789abcdef0123456789abcdef";
export const SINGLE_KEY = new Uint8Array(16).fill(42);
const QUALITIES: readonly Quality[] = ["720p", "360p"];

export function importRequest(importId: string, more: Record<string, unknown> = {}): ImportRequest {
  const part = { fileName: "old.mp4", key: base64Encode(SINGLE_KEY), qualities: [...QUALITIES] };
  return { importId, digest: DIGEST, title: "An old film", autoPublish: true, parts: [part], ...more };
}

/** Puts the playlists where an import of so many parts has them. */
export async function storeImport(importId: string, parts = 1): Promise<void> {
  for (let part = 0; part < parts; part++) {
    const prefix = importPrefix(importId, DIGEST, part);
    for (const quality of QUALITIES) await testEnv.SOURCE.put(mediaPlaylistKey(prefix, quality), "#EXTM3U\n");
  }
}

export async function importPost(worker: TestWorker, more: Record<string, unknown> = {}): Promise<string> {
  const request = importRequest(crypto.randomUUID(), more);
  await storeImport(request.importId, request.parts.length);
  const response = await worker.admin("POST", "/admin/video/imports", request);
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
  return ((await response.json()) as { videoPostId: string }).videoPostId;
}
