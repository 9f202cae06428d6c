import { DataStore, ERRORS, Upload } from "@tus/server";
import { uploadChunkKey, uploadPrefix } from "../../shared/domain/object-keys.ts";
import { removeUpload, type UploadStorage } from "./remove-uploads.ts";
import { putChunk } from "./upload-chunks.ts";
import {
  advanceUpload,
  declareUploadSize,
  findUpload,
  openUpload,
  UPLOAD_LIFE_MS,
  type UploadSession,
} from "./upload-sessions.ts";

/** One request: who asks, and the bytes that it carries. */
export type UploadRequest = {
  readonly owner: string;
  readonly body: ReadableStream<Uint8Array> | null;
  /** Its Content-Length. */
  readonly bodyBytes: number;
};

/** A refusal in the form that @tus/server turns into a response. */
export class UploadRefusal extends Error {
  readonly status_code: number;
  readonly body: string;

  constructor(status: number, body: string) {
    super(body);
    this.name = "UploadRefusal";
    this.status_code = status;
    this.body = `${body}\n`;
  }
}

/**
 * Uploads over tus as chunks in R2 and one row in D1; one store serves one request.
 *
 * The chunk that begins at the row's offset is created, never replaced, and then counted by moving the offset to its
 * end. Therefore all chunks of an upload, in the order of their names, are its bytes without gap or overlap, whatever
 * is cut off, repeated or sent twice at once: creating the object is the only lock.
 */
export class R2TusStore extends DataStore {
  override extensions = ["creation", "creation-with-upload", "creation-defer-length", "expiration", "termination"];
  readonly #storage: UploadStorage;
  readonly #request: UploadRequest;
  readonly #now: () => number;

  constructor(storage: UploadStorage, request: UploadRequest, now: () => number) {
    super();
    this.#storage = storage;
    this.#request = request;
    this.#now = now;
  }

  override async create(upload: Upload): Promise<Upload> {
    if (upload.size === 0) throw emptyUpload();
    const now = this.#now();
    const session: UploadSession = {
      uploadId: upload.id,
      owner: this.#request.owner,
      size: upload.size ?? null,
      offset: 0,
      tempPath: uploadPrefix(upload.id),
      state: "OPEN",
      metadata: upload.metadata ?? {},
      expiresAt: now + UPLOAD_LIFE_MS,
      createdAt: now,
    };
    await openUpload(this.#storage.db, session);
    return Object.assign(upload, { creation_date: lifeStart(session) });
  }

  override async getUpload(uploadId: string): Promise<Upload> {
    const session = await this.#find(uploadId);
    return new Upload({
      id: uploadId,
      offset: session.offset,
      creation_date: lifeStart(session),
      ...(session.size !== null && { size: session.size }),
      ...(Object.keys(session.metadata).length > 0 && { metadata: session.metadata }),
    });
  }

  override async declareUploadLength(uploadId: string, size: number): Promise<void> {
    if (size === 0) throw emptyUpload();
    const declared = await declareUploadSize(this.#storage.db, { uploadId, owner: this.#request.owner, size });
    if (!declared) throw new UploadRefusal(400, "Upload-Length is known already, or below the offset");
  }

  /**
   * Stores the request's body and returns the offset after it. The stream that @tus/server offers is empty: the body
   * goes from the connection to R2 without passing through JavaScript, which would count as CPU time.
   */
  override async write(stream: { resume(): unknown }, uploadId: string, offset: number): Promise<number> {
    stream.resume();
    const { body, bodyBytes } = this.#request;
    // An empty chunk would take the place of the one that begins at the same offset.
    if (body === null || bodyBytes === 0) return offset;
    const { tempPath } = await this.#find(uploadId);
    const key = uploadChunkKey(tempPath, offset);
    if (await putChunk(this.#storage.source, key, body, bodyBytes)) {
      return this.#count(uploadId, key, offset, offset + bodyBytes);
    }
    await this.#countChunkOfOther(uploadId, key, offset);
    throw ERRORS.INVALID_OFFSET;
  }

  override async remove(uploadId: string): Promise<void> {
    // Expired uploads may be removed too, so expiry is not asked for here.
    const session = await findUpload(this.#storage.db, uploadId, this.#request.owner);
    if (session === null) throw ERRORS.FILE_NOT_FOUND;
    if (!(await removeUpload(this.#storage, uploadId))) {
      throw new UploadRefusal(409, "A video post uses this upload");
    }
  }

  override getExpiration(): number {
    return UPLOAD_LIFE_MS;
  }

  async #find(uploadId: string): Promise<UploadSession> {
    const session = await findUpload(this.#storage.db, uploadId, this.#request.owner);
    if (session === null) throw ERRORS.FILE_NOT_FOUND;
    if (session.expiresAt <= this.#now()) throw ERRORS.FILE_NO_LONGER_EXISTS;
    return session;
  }

  async #count(uploadId: string, key: string, from: number, to: number): Promise<number> {
    const { db, source } = this.#storage;
    const owner = this.#request.owner;
    const now = this.#now();
    if (await advanceUpload(db, { uploadId, owner, from, to, now })) return to;
    const session = await findUpload(db, uploadId, owner);
    if (session === null || session.expiresAt <= now) {
      // It was removed while the chunk was on its way, and the removal may have missed the chunk.
      await source.delete(key);
      throw session === null ? ERRORS.FILE_NOT_FOUND : ERRORS.FILE_NO_LONGER_EXISTS;
    }
    // Somebody who came second may have counted this chunk before us.
    if (session.offset >= to) return to;
    throw ERRORS.INVALID_OFFSET;
  }

  /** Without this, a request that died between storing its chunk and counting it would block the upload for ever. */
  async #countChunkOfOther(uploadId: string, key: string, from: number): Promise<void> {
    const chunk = await this.#storage.source.head(key);
    if (chunk === null) return;
    const now = this.#now();
    await advanceUpload(this.#storage.db, {
      uploadId,
      owner: this.#request.owner,
      from,
      to: from + chunk.size,
      now,
    });
  }
}

/** tus allows it (1.0.0, Upload-Length), but no post can be made of it. */
function emptyUpload(): UploadRefusal {
  return new UploadRefusal(422, "The file is empty. Choose a file with content and upload it again.");
}

/** @tus/server adds the life to this date to tell when the upload expires. */
function lifeStart(session: UploadSession): string {
  return new Date(session.expiresAt - UPLOAD_LIFE_MS).toISOString();
}
