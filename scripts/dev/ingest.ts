import { statSync } from "node:fs";
import { basename } from "node:path";
import { describeFileName } from "../../cli/videos/describe-file-name.ts";
import { uploadFile } from "../../cli/videos/upload-file.ts";
import type { VideoPost } from "../../client/index.ts";
import type { ProgressDisplay } from "../../processor/cli/progress-display.ts";
import type { Api, NewPost } from "./api.ts";
import { type IngestRecord, readRecord, writeRecord } from "./ingest-records.ts";

export type IngestSource =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "url"; readonly url: string };

export type Ingested = { readonly videoPostId: string; readonly fileIndex: number; readonly found: boolean };

export type IngestContext = {
  readonly api: Api;
  readonly recordsFile: string;
  readonly display: ProgressDisplay;
  readonly signal: AbortSignal;
};

// A post in one of these states will never play: what is asked for again is made again.
const LOST = new Set(["TRANSCODE_FAILED", "PROCESSING_CANCELLED", "REJECTED", "DELETED"]);

/** Makes a post of the source, unless one was made before and is still there. */
export async function ingest(source: IngestSource, context: IngestContext): Promise<Ingested> {
  const fingerprint = fingerprintOf(source);
  const record = readRecord(context.recordsFile, fingerprint);
  const earlier = await findEarlier(record, context);
  if (earlier !== null) return { videoPostId: earlier.videoPostId, fileIndex: record.fileIndex ?? 0, found: true };
  const remember = (value: IngestRecord) => writeRecord(context.recordsFile, fingerprint, value);
  const created = await context.api.createPost(await newPost(source, record, remember, context), context.signal);
  remember(created);
  return { ...created, found: false };
}

async function findEarlier(record: IngestRecord, { api, signal }: IngestContext): Promise<VideoPost | null> {
  if (record.videoPostId === undefined) return null;
  const post = await api.findPost(record.videoPostId, signal);
  return post === null || LOST.has(post.status) ? null : post;
}

/** Whether the same source was ingested before: a file that was changed is another one. */
function fingerprintOf(source: IngestSource): string {
  if (source.kind === "url") return `url ${source.url}`;
  const { size, mtimeMs } = statSync(source.path);
  return `file ${source.path} ${size} ${mtimeMs}`;
}

async function newPost(
  source: IngestSource,
  record: IngestRecord,
  remember: (value: IngestRecord) => void,
  context: IngestContext,
): Promise<NewPost> {
  const fileName = source.kind === "url" ? nameInUrl(source.url) : basename(source.path);
  const part = source.kind === "url" ? { sourceUrl: source.url } : await upload(source.path, record, remember, context);
  return { ...describeFileName(fileName), autoPublish: true, uploadFileList: [{ ...part, fileName }] };
}

async function upload(
  path: string,
  record: IngestRecord,
  remember: (value: IngestRecord) => void,
  { api, display, signal }: IngestContext,
) {
  const fileSize = statSync(path).size;
  const uploadId = await uploadFile(api, {
    path,
    size: fileSize,
    previousId: record.uploadId ?? null,
    onBegun: (id) => remember({ uploadId: id }),
    onProgress: (sent, total) => display.show("uploading", (100 * sent) / total, ""),
    signal,
  });
  display.end("complete");
  return { uploadId, fileSize };
}

function nameInUrl(url: string): string {
  const { pathname, hostname } = new URL(url);
  const last = pathname.split("/").at(-1) ?? "";
  try {
    return decodeURIComponent(last) || hostname;
  } catch {
    return last;
  }
}
