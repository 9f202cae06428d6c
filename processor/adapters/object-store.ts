import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { type _Object, GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { FailureCode } from "../../shared/domain/job/failure.ts";
import { type Allocate, ScratchBuffers } from "../media/segments/scratch-buffers.ts";
import { RetryableError } from "../retryable-error.ts";
import { readFileInto } from "./read-file.ts";

/** What a stored object says of itself when it is served. */
export type ObjectHeaders = { readonly contentType: string; readonly cacheControl: string };

export type StoredObject = { readonly key: string; readonly size: number };
/** `lastModified` in milliseconds since the epoch, by the clock of the store. */
export type ListedObject = StoredObject & { readonly lastModified: number };

/** One bucket. Every call may throw ObjectStoreError, reads ObjectMissingError as well. */
export type ObjectStore = {
  /** In the order of the keys' bytes. */
  list(prefix: string, signal: AbortSignal): Promise<StoredObject[]>;
  /** The same, as it comes: for listings that need not fit into memory. */
  pages(prefix: string, signal: AbortSignal): AsyncIterable<readonly ListedObject[]>;
  /** From byte `start` on. A stream that breaks is the reader's to ask for again. */
  getStream(key: string, start: number, signal: AbortSignal): Promise<Readable>;
  /** At the start of the buffer that `allocate` gives, where the caller has its own buffers. */
  getBytes(key: string, signal: AbortSignal, allocate?: Allocate): Promise<Uint8Array>;
  getText(key: string, signal: AbortSignal): Promise<string>;
  putBytes(key: string, body: Uint8Array | string, headers: ObjectHeaders, signal: AbortSignal): Promise<void>;
  /**
   * For segments: the file is held in memory while it is sent, so that a failed try can be repeated. Resolves to the
   * bytes that were sent. `look` is given them before; what it throws is thrown, and nothing is sent.
   */
  putFile(
    key: string,
    path: string,
    headers: ObjectHeaders,
    signal: AbortSignal,
    look?: (bytes: Uint8Array) => void,
  ): Promise<number>;
};

/** The object store could not be reached, or refused. */
export class ObjectStoreError extends RetryableError {
  override readonly name: string = "ObjectStoreError";

  constructor(message: string, options?: ErrorOptions, code: FailureCode = "storage-unavailable") {
    super(code, message, options);
  }
}

export class ObjectMissingError extends ObjectStoreError {
  override readonly name = "ObjectMissingError";

  constructor(message: string, options?: ErrorOptions) {
    super(message, options, "stored-object-missing");
  }
}

export type ObjectStoreOptions = {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
};

/** About 40 seconds with the SDK's own doubling: a store that stumbles must not cost an hour of encoding. */
const TRIES = 12;
/** A body that breaks after its headers came is not the SDK's to ask for again. */
const BODY_TRIES = 3;
const CONNECT_MS = 10_000;
/** Without a byte in either direction. */
const IDLE_MS = 60_000;

export function createS3Client({ endpoint, region, accessKeyId, secretAccessKey }: ObjectStoreOptions): S3Client {
  return new S3Client({
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
    // Newer checksums than every S3 has are sent only where the operation itself asks for one.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    maxAttempts: TRIES,
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: IDLE_MS },
  });
}

export function createObjectStore(client: S3Client, bucket: string): ObjectStore {
  const scratch = new ScratchBuffers();
  const get = async (key: string, start: number, signal: AbortSignal) => {
    const range = start > 0 ? { Range: `bytes=${start}-` } : {};
    const reply = await asked("read", signal, () =>
      client.send(new GetObjectCommand({ Bucket: bucket, Key: key, ...range }), { abortSignal: signal }),
    );
    if (!reply.Body) throw new ObjectStoreError("The object store sent an object without a body.");
    // In Node a body is always a Readable.
    return { body: reply.Body as Readable, size: reply.ContentLength };
  };
  const putBytes: ObjectStore["putBytes"] = async (key, body, { contentType, cacheControl }, signal) => {
    const headers = { ContentType: contentType, CacheControl: cacheControl };
    await asked("write", signal, () =>
      client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ...headers }), { abortSignal: signal }),
    );
  };
  const getBytes = async (key: string, signal: AbortSignal, allocate: Allocate = Buffer.allocUnsafe) => {
    for (let tried = 1; ; tried += 1) {
      const { body, size } = await get(key, 0, signal);
      try {
        return await asked("read", signal, () => (size === undefined ? buffer(body) : readInto(size, body, allocate)));
      } catch (error) {
        if (signal.aborted || tried >= BODY_TRIES) throw error;
      }
    }
  };
  return {
    list: async (prefix, signal) => {
      const objects: StoredObject[] = [];
      for await (const page of pagesOf(client, bucket, prefix, signal)) objects.push(...page);
      return objects;
    },
    pages: (prefix, signal) => pagesOf(client, bucket, prefix, signal),
    getStream: async (key, start, signal) => (await get(key, start, signal)).body,
    getBytes,
    getText: async (key, signal) => new TextDecoder().decode(await getBytes(key, signal)),
    putBytes,
    putFile: async (key, path, headers, signal, look) => {
      const bytes = await readFileInto(path, scratch.take);
      look?.(bytes);
      await putBytes(key, bytes, headers, signal);
      // Only now: a request that failed may still be reading from it.
      scratch.giveBack(bytes);
      return bytes.length;
    },
  };
}

/** Into one buffer from the start: collecting the pieces first would take twice the memory. */
async function readInto(size: number, body: Readable, allocate: Allocate): Promise<Uint8Array> {
  const bytes = allocate(size).subarray(0, size);
  let at = 0;
  for await (const piece of body as AsyncIterable<Buffer>) {
    if (at + piece.length > size) throw new Error("more bytes than announced");
    at += piece.copy(bytes, at);
  }
  if (at < size) throw new Error("fewer bytes than announced");
  return bytes;
}

async function* pagesOf(
  client: S3Client,
  bucket: string,
  prefix: string,
  signal: AbortSignal,
): AsyncGenerator<readonly ListedObject[]> {
  let token: string | undefined;
  do {
    const input = { Bucket: bucket, Prefix: prefix, ...(token ? { ContinuationToken: token } : {}) };
    const page = await asked("list", signal, () =>
      client.send(new ListObjectsV2Command(input), { abortSignal: signal }),
    );
    yield (page.Contents ?? []).flatMap(listedObject);
    // A page may hold fewer than were asked for: only the token says whether there is more.
    token = page.NextContinuationToken;
  } while (token);
}

/** A store that does not say when an object was written has it taken for young. */
function listedObject({ Key, Size, LastModified }: _Object): ListedObject[] {
  return Key === undefined ? [] : [{ key: Key, size: Size ?? 0, lastModified: LastModified?.getTime() ?? Date.now() }];
}

/** Runs one call of the SDK and translates what it throws; an abort stays the abort. */
async function asked<T>(doing: "read" | "write" | "list", signal: AbortSignal, call: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  try {
    return await call();
  } catch (cause) {
    signal.throwIfAborted();
    if (isMissing(cause)) throw new ObjectMissingError("A stored object is missing.", { cause });
    throw new ObjectStoreError(`The object store could not ${doing}.`, { cause });
  }
}

function isMissing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  return error.name === "NoSuchKey" || (error.name === "NotFound" && status === 404);
}
