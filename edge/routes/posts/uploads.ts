import { Server } from "@tus/server";
import { type Context, Hono } from "hono";
import type { UploadStore } from "../../../shared/application/ports/upload-store.ts";
import { secretId } from "../../../shared/lib/random-id.ts";
import { R2TusStore } from "../../uploads/r2-tus-store.ts";

/** Where the routes are to be mounted: the Location of a new upload begins with it. */
export const UPLOADS_PATH = "/api/v2/uploads";

const TUS_VERSION = "1.0.0";
const CHUNK_TYPE = "application/offset+octet-stream";
const MAX_METADATA_BYTES = 4096;

/** What @tus/server reads. All else, such as the headers of proxies that it would check, stays outside. */
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

export type UploadRoutesDeps = {
  readonly uploads: UploadStore;
  /** The SOURCE bucket. */
  readonly source: R2Bucket;
  /** Milliseconds since the epoch. */
  now(): number;
  readonly maxBytes: number;
  /** The id of the authenticated caller. Not called for OPTIONS, which browsers send without credentials. */
  ownerOf(c: Context): string;
};

/**
 * Resumable uploads over tus 1.0.0 with creation, creation-with-upload, creation-defer-length, expiration and
 * termination, mounted at UPLOADS_PATH behind authentication. Refusals are text/plain with the statuses of the
 * protocol; faults of R2 or of the database are thrown for the application to map.
 */
export function uploadRoutes(deps: UploadRoutesDeps): Hono {
  const app = new Hono();
  app.all("*", async (c) => {
    const request = c.req.raw;
    const method = effectiveMethod(request);
    const refusal = refuse(request, method);
    if (refusal !== null) return refusal;
    const owner = method === "OPTIONS" ? "" : deps.ownerOf(c);
    const response = await serve(deps, owner, request, method);
    response.headers.set("Cache-Control", "no-store");
    return response;
  });
  return app;
}

async function serve(deps: UploadRoutesDeps, owner: string, request: Request, method: string): Promise<Response> {
  const bodyBytes = Number(request.headers.get("Content-Length") ?? 0);
  const store = new R2TusStore(deps, { owner, body: request.body, bodyBytes }, deps.now);
  let fault: Error | null = null;
  const server = new Server({
    path: UPLOADS_PATH,
    datastore: store,
    // Path-absolute, so that it is right behind every proxy that changes host or scheme.
    relativeLocation: true,
    maxSize: deps.maxBytes,
    exposedHeaders: ["Upload-Expires"],
    namingFunction: secretId,
    getFileIdFromRequest: () => uploadIdOf(request) ?? undefined,
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

/** Statuses that the protocol asks for and @tus/server does not give, and what R2 cannot store. */
function refuse(request: Request, method: string): Response | null {
  if (method === "OPTIONS") return null;
  const { headers } = request;
  if (headers.get("Tus-Resumable") !== TUS_VERSION) {
    return refusal(412, `Tus-Resumable must be ${TUS_VERSION}`, { "Tus-Version": TUS_VERSION });
  }
  if (method === "POST" && uploadIdOf(request) !== null) return refusal(405, "Uploads are created at their collection");
  const sendsChunk = headers.get("Content-Type") === CHUNK_TYPE;
  if (method === "PATCH" && !sendsChunk) return refusal(415, `Content-Type must be ${CHUNK_TYPE}`);
  if (sendsChunk && request.body !== null && !/^\d+$/.test(headers.get("Content-Length") ?? "")) {
    return refusal(411, "A chunk needs a Content-Length");
  }
  if ((headers.get("Upload-Metadata") ?? "").length > MAX_METADATA_BYTES) {
    return refusal(400, `Upload-Metadata must not exceed ${MAX_METADATA_BYTES} bytes`);
  }
  return null;
}

function refusal(status: number, reason: string, headers: Record<string, string> = {}): Response {
  return new Response(`${reason}\n`, {
    status,
    headers: {
      "Content-Type": "text/plain; charset=utf-8",
      "Cache-Control": "no-store",
      "Access-Control-Allow-Origin": "*",
      "Tus-Resumable": TUS_VERSION,
      ...headers,
    },
  });
}

/** Clients behind proxies that know neither PATCH nor DELETE send them as POST (tus 1.0, X-HTTP-Method-Override). */
function effectiveMethod(request: Request): string {
  const override = request.headers.get("X-HTTP-Method-Override");
  return request.method === "POST" && (override === "PATCH" || override === "DELETE") ? override : request.method;
}

function uploadIdOf(request: Request): string | null {
  const path = new URL(request.url).pathname.slice(UPLOADS_PATH.length);
  return /^\/([\w-]+)$/.exec(path)?.[1] ?? null;
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
