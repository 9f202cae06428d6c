import { DataStore, ERRORS, Upload as TusUpload } from "@tus/server";
import type { UploadTokenStore } from "../../shared/application/ports/upload-token-store.ts";
import { uploadChunkKey, uploadPrefix } from "../../shared/domain/part/object-keys.ts";
import type { Upload } from "../../shared/domain/uploads/upload.ts";
import type { UploadToken } from "../../shared/domain/uploads/upload-token.ts";
import { unstorablePath } from "../../shared/lib/storable-text.ts";
import { removeUpload, type UploadStorage } from "./remove-uploads.ts";
import { putChunk } from "./upload-chunks.ts";

/** `lifeMs`: from the creation, and again from each chunk. */
export type TusStorage = UploadStorage & {
  readonly lifeMs: number;
  /** From an event to the first attempt to deliver it. */
  readonly firstWaitMs: number;
  /** After an upload may have become complete, which has stored deliveries. */
  readonly completed: () => void;
};

/** One request: the authenticated owner and the bytes that it carries. */
export type UploadRequest = {
  readonly owner: string;
  /** Null for an upload of the owner's own request. */
  readonly token: UploadTokenUse | null;
  readonly body: ReadableStream<Uint8Array> | null;
  /** Its Content-Length. */
  readonly bodyBytes: number;
};

/** An upload token in place of the owner's credentials. */
export type UploadTokenUse = Pick<UploadToken, "tokenId" | "maxDurationSeconds"> & {
  readonly uploadTokens: Pick<UploadTokenStore, "openUpload">;
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
 * Uploads over tus as chunks in R2 and one row in the database; one store serves one request.
 *
 * The chunk that begins at the row's offset is created, never replaced, and then counted by moving the offset to its
 * end. Creating the object is the only lock. So the chunks of an upload, in the order of their names, are its bytes
 * without gap or overlap, even where requests are cut off, repeated or sent twice at once.
 */
export class R2TusStore extends DataStore {
  override extensions = EXTENSIONS;
  readonly #storage: TusStorage;
  readonly #request: UploadRequest;
  readonly #now: () => number;

  constructor(storage: TusStorage, request: UploadRequest, now: () => number) {
    super();
    this.#storage = storage;
    this.#request = request;
    this.#now = now;
    // A creation that is repeated after a lost response replaces an upload only while it has no bytes.
    if (request.token !== null) this.extensions = EXTENSIONS.filter((name) => name !== "creation-with-upload");
  }

  override async create(upload: TusUpload): Promise<TusUpload> {
    if (upload.size === 0) throw emptyUpload();
    const metadata = upload.metadata ?? {};
    if (unstorablePath(metadata) !== null) throw new UploadRefusal(400, "Upload-Metadata must not contain U+0000");
    const now = this.#now();
    const opened: Upload = {
      uploadId: upload.id,
      owner: this.#request.owner,
      size: upload.size ?? null,
      offset: 0,
      tempPath: uploadPrefix(upload.id),
      state: "OPEN",
      metadata,
      expiresAt: now + this.#storage.lifeMs,
      createdAt: now,
      tokenId: this.#request.token?.tokenId ?? null,
      maxDurationSeconds: this.#request.token?.maxDurationSeconds ?? null,
      ...{ multipartId: null, partSize: null },
    };
    await this.#open(opened);
    return Object.assign(upload, { creation_date: this.#lifeStart(opened) });
  }

  override async getUpload(uploadId: string): Promise<TusUpload> {
    const upload = await this.#find(uploadId);
    return new TusUpload({
      id: uploadId,
      offset: upload.offset,
      creation_date: this.#lifeStart(upload),
      ...(upload.size !== null && { size: upload.size }),
      ...(Object.keys(upload.metadata).length > 0 && { metadata: { ...upload.metadata } }),
    });
  }

  override async declareUploadLength(uploadId: string, size: number): Promise<void> {
    if (size === 0) throw emptyUpload();
    const declared = await this.#storage.uploads.declareSize({
      ...this.#ref(uploadId),
      ...this.#times(this.#now()),
      size,
    });
    if (!declared) throw new UploadRefusal(400, "Upload-Length is known already, or below the offset");
    this.#storage.completed();
  }

  /**
   * Stores the request's body and returns the offset after it. The stream of @tus/server is empty: the body goes from
   * the connection to R2 without passing through JavaScript, which would count as CPU time.
   */
  override async write(stream: { resume(): unknown }, uploadId: string, offset: number): Promise<number> {
    stream.resume();
    const { body, bodyBytes } = this.#request;
    // An empty chunk would occupy the name of the chunk at the same offset.
    if (body === null || bodyBytes === 0) return offset;
    const { tempPath, size } = await this.#find(uploadId);
    const key = uploadChunkKey(tempPath, offset);
    if (await putChunk(this.#storage.source, key, body, bodyBytes)) {
      const end = await this.#count(uploadId, key, offset, offset + bodyBytes);
      if (end === size) this.#storage.completed();
      return end;
    }
    await this.#countChunkOfOther(uploadId, key, offset);
    throw ERRORS.INVALID_OFFSET;
  }

  override async remove(uploadId: string): Promise<void> {
    // An expired upload may be removed too, so its expiry is not checked.
    const upload = await this.#storage.uploads.find(this.#ref(uploadId));
    if (upload === null) throw ERRORS.FILE_NOT_FOUND;
    if (!(await removeUpload(this.#storage, uploadId))) {
      throw new UploadRefusal(409, "A video post is made of this upload");
    }
  }

  override getExpiration(): number {
    return this.#storage.lifeMs;
  }

  async #open(upload: Upload): Promise<void> {
    const { token } = this.#request;
    if (token === null) return this.#storage.uploads.open(upload);
    const { uploadTokens, tokenId } = token;
    if (await uploadTokens.openUpload({ tokenId, upload, now: upload.createdAt })) return;
    throw new UploadRefusal(
      403,
      "This upload address takes no other upload now. Continue its upload, or request another address.",
    );
  }

  /** @tus/server adds the lifetime to this date to report when the upload expires. */
  #lifeStart(upload: Upload): string {
    return new Date(upload.expiresAt - this.#storage.lifeMs).toISOString();
  }

  #ref(uploadId: string) {
    return { uploadId, owner: this.#request.owner };
  }

  #until(now: number) {
    return { ...this.#times(now), expiresAt: now + this.#storage.lifeMs };
  }

  #times(now: number) {
    return { now, firstAttemptAt: now + this.#storage.firstWaitMs };
  }

  async #find(uploadId: string): Promise<Upload> {
    const upload = await this.#storage.uploads.find(this.#ref(uploadId));
    // The parts of a multipart upload go to R2.
    if (upload === null || upload.multipartId !== null) throw ERRORS.FILE_NOT_FOUND;
    if (upload.expiresAt <= this.#now()) throw ERRORS.FILE_NO_LONGER_EXISTS;
    return upload;
  }

  async #count(uploadId: string, key: string, from: number, to: number): Promise<number> {
    const { uploads, source } = this.#storage;
    const now = this.#now();
    if (await uploads.advance({ ...this.#ref(uploadId), from, to, ...this.#until(now) })) return to;
    const upload = await uploads.find(this.#ref(uploadId));
    if (upload === null || upload.expiresAt <= now) {
      // The upload was removed while the chunk was in transit, and the removal may have missed the chunk.
      await source.delete(key);
      throw upload === null ? ERRORS.FILE_NOT_FOUND : ERRORS.FILE_NO_LONGER_EXISTS;
    }
    // A second request for the same chunk may have counted it first.
    if (upload.offset >= to) return to;
    throw ERRORS.INVALID_OFFSET;
  }

  /** Counts a chunk whose request died between storing and counting it; the upload would be blocked otherwise. */
  async #countChunkOfOther(uploadId: string, key: string, from: number): Promise<void> {
    const chunk = await this.#storage.source.head(key);
    if (chunk === null) return;
    const to = from + chunk.size;
    await this.#storage.uploads.advance({ ...this.#ref(uploadId), from, to, ...this.#until(this.#now()) });
  }
}

const EXTENSIONS = ["creation", "creation-with-upload", "creation-defer-length", "expiration", "termination"];

/** tus allows it (1.0.0, Upload-Length), but no post can be made of it. */
function emptyUpload(): UploadRefusal {
  return new UploadRefusal(422, "The file is empty. Choose a file with content and upload it again.");
}
