import { Server } from "@tus/server";
import type { UploadStore } from "../../../shared/application/ports/upload-store.ts";
import { secretId } from "../../../shared/lib/random-id.ts";
import { fileNameSchema } from "../../uploads/file-name.ts";
import { R2TusStore, UploadRefusal, type UploadTokenUse } from "../../uploads/r2-tus-store.ts";

/** The path of the routes: the Location of a new upload starts with it. */
export const UPLOADS_PATH = "/api/v2/uploads";

const TUS_VERSION = "1.0.0";
const CHUNK_TYPE = "application/offset+octet-stream";
const MAX_METADATA_BYTES = 4096;

/** The headers that @tus/server reads. It does not see others, such as those of proxies. */
const TUS_REQUEST_HEADERS = [
  "Content-Length",
  "Content-Type",
  "Origin",
  "Tus-Resumable",
  "Upload-Concat",
  "Upload-Defer-Length",
  "Upload-Length",
  "Upload-Metadata",
  "Upload-Offset",
];

export type UploadDeps = {
  readonly uploads: UploadStore;
  /** The SOURCE bucket. */
  readonly source: R2Bucket;
  /** Milliseconds since the epoch. */
  now(): number;
  readonly maxBytes: number;
  /** Milliseconds from the creation, and again from each chunk. */
  readonly lifeMs: number;
  /** As in TusStorage. */
  readonly firstWaitMs: number;
  readonly completed: () => void;
};

/** On whose behalf a request of the protocol is served, and at which address. */
export type UploadAccess = {
  /** Null for OPTIONS: browsers send it without credentials. */
  readonly owner: string | null;
  readonly path: string;
  readonly token: (UploadTokenUse & { readonly text: string }) | null;
};

/** At the address of callers. */
export function ownUploads(owner: string | null): UploadAccess {
  return { owner, path: UPLOADS_PATH, token: null };
}

/**
 * Resumable uploads over tus 1.0.0 with creation, creation-with-upload, creation-defer-length, expiration and
 * termination. Refusals are text/plain with the statuses of the protocol; faults of R2 or of the database are thrown.
 */
export async function serveUpload(deps: UploadDeps, access: UploadAccess, request: Request): Promise<Response> {
  const method = effectiveMethod(request);
  const refusal = refusalOf(request, method, access.path);
  const response = refusal === null ? await serve(deps, access, request, method) : refusedBy(refusal);
  response.headers.set("Cache-Control", "no-store");
  return response;
}

async function serve(deps: UploadDeps, access: UploadAccess, request: Request, method: string): Promise<Response> {
  const { path, token } = access;
  const takesBody = token === null || method === "PATCH";
  if (!takesBody) await request.body?.cancel();
  const body = takesBody ? request.body : null;
  const bodyBytes = Number(request.headers.get("Content-Length") ?? 0);
  const store = new R2TusStore(deps, { owner: access.owner ?? "", token, body, bodyBytes }, deps.now);
  let fault: Error | null = null;
  const server = new Server({
    path,
    datastore: store,
    // Path-absolute, so that it is right behind every proxy that changes host or scheme.
    relativeLocation: true,
    maxSize: deps.maxBytes,
    exposedHeaders: ["Upload-Expires"],
    namingFunction: secretId,
    getFileIdFromRequest: () => uploadIdOf(request, path) ?? undefined,
    ...(token !== null && {
      // The address of the upload carries the token, since the client has nothing else to send.
      generateUrl: (_request, { id }) => `${path}/${id}?${new URLSearchParams({ token: token.text })}`,
      onUploadCreate: async (_request, { metadata }) => {
        if (fileNameSchema.safeParse(metadata?.filename || undefined).success) return {};
        throw new UploadRefusal(400, "filename in Upload-Metadata must be one line of at most 255 characters");
      },
    }),
    locker: NO_LOCKER,
    onResponseError: (_request, error) => {
      if (!("status_code" in error)) fault = error;
      return undefined;
    },
  });
  const response = await server.handleWeb(withoutBody(request, method));
  if (fault !== null) throw fault;
  return response;
}

/** A memory lock would hold within one isolate only; creating the chunk's object is the lock that holds everywhere. */
const NO_LOCKER = { newLock: () => ({ lock: async () => {}, unlock: async () => {} }) };

export type TusRefusal = {
  readonly status: number;
  readonly reason: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Statuses that the protocol requires and @tus/server does not give, and limits of R2. */
function refusalOf(request: Request, method: string, path: string): TusRefusal | null {
  if (method === "OPTIONS") return null;
  const { headers } = request;
  if (headers.get("Tus-Resumable") !== TUS_VERSION) {
    const reason = `Tus-Resumable must be ${TUS_VERSION}`;
    return { status: 412, reason, headers: { "Tus-Version": TUS_VERSION } };
  }
  if (method === "POST" && uploadIdOf(request, path) !== null) {
    return { status: 405, reason: "Uploads are created at their collection" };
  }
  const sendsChunk = headers.get("Content-Type") === CHUNK_TYPE;
  if (method === "PATCH" && !sendsChunk) return { status: 415, reason: `Content-Type must be ${CHUNK_TYPE}` };
  if (sendsChunk && request.body !== null && !/^\d+$/.test(headers.get("Content-Length") ?? "")) {
    return { status: 411, reason: "A chunk needs a Content-Length" };
  }
  if ((headers.get("Upload-Metadata") ?? "").length > MAX_METADATA_BYTES) {
    return { status: 400, reason: `Upload-Metadata must not exceed ${MAX_METADATA_BYTES} bytes` };
  }
  return null;
}

export function refusedBy({ status, reason, headers }: TusRefusal): Response {
  return new Response(`${reason}\n`, {
    status,
    headers: {
      "Content-Type": "text/plain; charset=utf-8",
      "Access-Control-Allow-Origin": "*",
      "Tus-Resumable": TUS_VERSION,
      ...headers,
    },
  });
}

/** Clients behind proxies that know neither PATCH nor DELETE send them as POST (tus 1.0, X-HTTP-Method-Override). */
export function effectiveMethod(request: Request): string {
  const override = request.headers.get("X-HTTP-Method-Override");
  return request.method === "POST" && (override === "PATCH" || override === "DELETE") ? override : request.method;
}

export function uploadIdOf(request: Request, path: string): string | null {
  const rest = new URL(request.url).pathname.slice(path.length);
  return /^\/([\w-]+)$/.exec(rest)?.[1] ?? null;
}

/** The body goes to the store by itself: see R2TusStore.write. */
function withoutBody(request: Request, method: string): Request {
  const headers = new Headers();
  for (const name of TUS_REQUEST_HEADERS) {
    const value = request.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  return new Request(request.url, { method, headers });
}
