import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { DetailedError, Upload } from "tus-js-client";
import { z } from "zod";
import { OperatorRefusal, OperatorUnreachable } from "../../processor/adapters/operator-client.ts";

// Each chunk is one request and one object: large enough to be few, small enough that a broken one is soon sent again.
const CHUNK_BYTES = 16 * 1024 * 1024;
const RETRY_DELAYS_MS = [500, 2000, 5000];

/** The service, and the header with which it accepts uploads. */
export type UploadTarget = { readonly origin: string; readonly authorization: string };

export type UploadOptions = {
  readonly path: string;
  readonly size: number;
  /** An upload of the same file that was started before: it resumes where it stopped, if the server still has it. */
  readonly previousId: string | null;
  readonly onBegun: (uploadId: string) => void;
  /** The service has stored this many bytes. */
  readonly onStored?: (bytes: number) => void;
  readonly onProgress: (sent: number, total: number) => void;
  readonly signal: AbortSignal;
};

/** Uploads a file over tus 1.0 and returns the upload's id. Throws OperatorRefusal, OperatorUnreachable, or the signal's reason. */
export function uploadFile(api: UploadTarget, options: UploadOptions): Promise<string> {
  const { path, size, previousId, onBegun, onStored, onProgress, signal } = options;
  const endpoint = `${api.origin}/api/v2/uploads`;
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const upload = new Upload(createReadStream(path), {
      endpoint,
      uploadUrl: previousId === null ? null : `${endpoint}/${previousId}`,
      headers: { authorization: api.authorization },
      metadata: { filename: basename(path), filetype: "application/octet-stream" },
      uploadSize: size,
      chunkSize: CHUNK_BYTES,
      retryDelays: RETRY_DELAYS_MS,
      // The caller remembers the upload's id beside everything else that it knows of the file.
      storeFingerprintForResuming: false,
      onUploadUrlAvailable: () => onBegun(idOf(upload.url)),
      onChunkComplete: (_, stored) => onStored?.(stored),
      onProgress: (sent, total) => onProgress(sent, total ?? size),
      onSuccess: () => resolve(idOf(upload.url)),
      onError: (error) => reject(translate(error)),
    });
    signal.addEventListener("abort", () => upload.abort().finally(() => reject(signal.reason)), { once: true });
    upload.start();
  });
}

function idOf(url: string | null): string {
  return new URL(url ?? "").pathname.split("/").at(-1) ?? "";
}

/** The library's error holds its request, with the key: it never leaves this function. */
function translate(error: Error | DetailedError): Error {
  const reply = error instanceof DetailedError ? error.originalResponse : null;
  if (!reply) {
    const reason = error instanceof DetailedError ? (error.causingError?.message ?? "no response") : error.message;
    return new OperatorUnreachable(`The upload failed: ${reason}. Run the command again to resume it.`);
  }
  const status = reply.getStatus();
  const reason = `The upload was refused: ${reasonIn(status, reply.getBody())}.`;
  return status >= 500 ? new OperatorUnreachable(reason) : new OperatorRefusal(reason, status);
}

const problemSchema = z.looseObject({ title: z.string(), detail: z.string().optional() });

/** tus answers some errors as plain text. */
function reasonIn(status: number, body: string): string {
  try {
    const { title, detail } = problemSchema.parse(JSON.parse(body));
    return detail === undefined ? title : `${title}: ${detail}`;
  } catch {
    return body === "" ? `status ${status}` : `status ${status}: ${body.slice(0, 300)}`;
  }
}
