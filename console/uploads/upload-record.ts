import type { UrlStorage } from "./tus-types.ts";

/*
 * What this tab has uploaded, in its session storage: after a reload the console shows what was interrupted, and the same
 * file continues where it stopped. A tab's session storage ends with the tab.
 */

/** A file that was chosen. `uploadId` is null until all of it has arrived. */
export type RecordedUpload = {
  /** Of the file, its size, its date and its purpose: the same when it is chosen again. */
  readonly id: string;
  readonly purpose: string;
  readonly name: string;
  readonly size: number;
  readonly uploadId: string | null;
};

const RECORDED_AS = "console.uploads";
const URLS_AS = "console.upload-urls";

export function readRecord(): readonly RecordedUpload[] {
  return JSON.parse(sessionStorage.getItem(RECORDED_AS) ?? "[]") as RecordedUpload[];
}

export function writeRecord(uploads: readonly RecordedUpload[]): void {
  sessionStorage.setItem(RECORDED_AS, JSON.stringify(uploads));
}

export function forgetRecord(): void {
  sessionStorage.removeItem(RECORDED_AS);
  sessionStorage.removeItem(URLS_AS);
}

type StoredUrl = Awaited<ReturnType<UrlStorage["findAllUploads"]>>[number] & { readonly fingerprint: string };

/** Where tus-js-client keeps the addresses of unfinished uploads; by default it would use local storage. */
export const tabUrlStorage: UrlStorage = {
  findAllUploads: async () => [...readUrls()],
  findUploadsByFingerprint: async (fingerprint) => readUrls().filter((stored) => stored.fingerprint === fingerprint),
  removeUpload: async (urlStorageKey) =>
    writeUrls(readUrls().filter((stored) => stored.urlStorageKey !== urlStorageKey)),
  addUpload: async (fingerprint, upload) => {
    const urlStorageKey = crypto.randomUUID();
    writeUrls([...readUrls(), { ...upload, fingerprint, urlStorageKey }]);
    return urlStorageKey;
  },
};

function readUrls(): readonly StoredUrl[] {
  return JSON.parse(sessionStorage.getItem(URLS_AS) ?? "[]") as StoredUrl[];
}

function writeUrls(urls: readonly StoredUrl[]): void {
  sessionStorage.setItem(URLS_AS, JSON.stringify(urls));
}
