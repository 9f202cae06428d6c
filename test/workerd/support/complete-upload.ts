import { testEnv } from "./test-env.ts";
import type { TestWorker } from "./worker.ts";

/** The id of a complete upload of one chunk, sent as a tus client sends it. */
export async function completeUpload(
  worker: TestWorker,
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array([...new TextEncoder().encode("film")]),
): Promise<string> {
  const response = await worker.fetch("/api/v2/uploads", {
    method: "POST",
    body: bytes,
    headers: {
      authorization: `Bearer ${testEnv.ADMIN_API_KEY}`,
      "tus-resumable": "1.0.0",
      "upload-length": String(bytes.length),
      "content-type": "application/offset+octet-stream",
      "content-length": String(bytes.length),
    },
  });
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
  return response.headers.get("location")!.split("/").at(-1)!;
}
