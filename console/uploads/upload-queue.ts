import Uppy, { type UppyFile } from "@uppy/core";
import Tus from "@uppy/tus";
import { forgetRecord, type RecordedUpload, readRecord, tabUrlStorage, writeRecord } from "./upload-record.ts";

export type UploadState = "uploading" | "paused" | "failed" | "complete" | "interrupted";

/** A file on its way. */
export type Upload = RecordedUpload & {
  readonly state: UploadState;
  readonly sentBytes: number;
  /** Why it failed; null otherwise. */
  readonly error: string | null;
};

/** The Worker buffers no chunk, and an interrupted chunk is sent again from its start. */
const CHUNK_BYTES = 8 * 1024 * 1024;
const MOST_AT_ONCE = 2;
const RETRY_AFTER_MS = [500, 1000, 3000, 5000, 10_000];

type Meta = { readonly purpose: string; readonly relativePath: string };
type File = UppyFile<Meta, Record<string, never>>;

/** The uploads of this tab. They continue while other pages of the console are open. */
export class UploadQueue {
  readonly #uppy: Uppy<Meta, Record<string, never>>;
  readonly #listeners = new Set<() => void>();
  #recorded: readonly RecordedUpload[] = readRecord();
  #uploads: readonly Upload[] = [];

  /** `apiKey`: null where Cloudflare Access identifies the browser. */
  constructor(apiKey: string | null) {
    this.#uppy = new Uppy<Meta, Record<string, never>>({ autoProceed: true });
    this.#uppy.use(Tus, {
      endpoint: `${location.origin}/api/v2/uploads`,
      headers: apiKey === null ? {} : { authorization: `Bearer ${apiKey}` },
      chunkSize: CHUNK_BYTES,
      limit: MOST_AT_ONCE,
      retryDelays: RETRY_AFTER_MS,
      allowedMetaFields: ["name", "type"],
      urlStorage: tabUrlStorage,
      removeFingerprintOnSuccess: true,
    });
    this.#uppy.on("file-added", (file) => this.#added(file));
    this.#uppy.on("upload-success", (file, { uploadURL }) => {
      if (file !== undefined) this.#complete(file.id, idIn(uploadURL));
    });
    this.#uppy.on("state-update", () => this.#show());
    this.#show();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly uploads = (): readonly Upload[] => this.#uploads;

  /** Files that are on their way already are left out. A file that was interrupted continues. */
  add(files: readonly globalThis.File[], purpose: string): void {
    const added = files.map((data) => ({
      ...{ name: data.name, type: data.type, data },
      meta: { purpose, relativePath: purpose },
    }));
    this.#uppy.addFiles(added);
  }

  pause(id: string): void {
    if (this.#fileOf(id)?.isPaused !== true) this.#uppy.pauseResume(id);
  }

  resume(id: string): void {
    const file = this.#fileOf(id);
    if (file?.error) void this.#uppy.retryUpload(id);
    else if (file?.isPaused === true) this.#uppy.pauseResume(id);
  }

  /** Of a file that has not arrived, the upload is deleted as well. */
  remove(id: string): void {
    if (this.#fileOf(id) !== undefined) this.#uppy.removeFile(id);
    this.#record(this.#recorded.filter((one) => one.id !== id));
  }

  /** Forgets complete uploads that something was made of. */
  forget(ids: readonly string[]): void {
    for (const id of ids) this.remove(id);
  }

  /** Sends nothing more; what was sent stays where it is. */
  stop(): void {
    this.#uppy.pauseAll();
  }

  /** Nothing of it is left in the tab. */
  clear(): void {
    this.#uppy.cancelAll();
    this.#recorded = [];
    forgetRecord();
  }

  #added({ id, name, size, meta: { purpose } }: File): void {
    const known = this.#recorded.find((one) => one.id === id);
    // Before Uppy starts to send it.
    if (known !== undefined && known.uploadId !== null) this.#uppy.removeFile(id);
    else if (known === undefined)
      this.#record([...this.#recorded, { id, purpose, name, size: size ?? 0, uploadId: null }]);
  }

  #complete(id: string, uploadId: string): void {
    this.#record(this.#recorded.map((one) => (one.id === id ? { ...one, uploadId } : one)));
  }

  #record(recorded: readonly RecordedUpload[]): void {
    this.#recorded = recorded;
    writeRecord(recorded);
    this.#show();
  }

  #show(): void {
    this.#uploads = this.#recorded.map((one) => ({ ...one, ...progressOf(one, this.#fileOf(one.id)) }));
    for (const listener of this.#listeners) listener();
  }

  #fileOf(id: string): File | undefined {
    return this.#uppy.getState().files[id];
  }
}

function progressOf(one: RecordedUpload, file: File | undefined): Pick<Upload, "state" | "sentBytes" | "error"> {
  if (one.uploadId !== null) return { state: "complete", sentBytes: one.size, error: null };
  if (file === undefined) return { state: "interrupted", sentBytes: 0, error: null };
  const sent = file.progress.bytesUploaded;
  const sentBytes = typeof sent === "number" ? sent : 0;
  if (file.error) return { state: "failed", sentBytes, error: file.error };
  return { state: file.isPaused === true ? "paused" : "uploading", sentBytes, error: null };
}

function idIn(uploadUrl: string | undefined): string {
  const id = uploadUrl === undefined ? undefined : new URL(uploadUrl).pathname.split("/").at(-1);
  if (id === undefined) throw new Error("a complete upload without an address");
  return id;
}
