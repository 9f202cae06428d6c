import type { WorkOrder } from "../../shared/application/protocols/job-protocol.ts";
import { refuse } from "../media/refusal.ts";
import { type DownloadLimits, downloadUrl, type FetchOutcome, type FetchProgress } from "./download-url.ts";
import { mergeChunks } from "./merge-chunks.ts";
import type { ObjectStore } from "./object-store.ts";

/** Of one file. */
export type Source = Exclude<Extract<WorkOrder, { kind: "TRANSCODE" }>["source"], { kind: "single-key" }>;

export type FetchSource = {
  readonly source: Source;
  readonly destination: string;
  readonly store: ObjectStore;
  readonly limits: DownloadLimits;
  readonly allowHosts: ReadonlySet<string>;
  readonly signal: AbortSignal;
  readonly onProgress: FetchProgress;
  /** Called with the bytes that are to come, before the first of them is read; throws when they do not fit. */
  readonly requireRoom: (bytes: number) => Promise<void>;
};

/** Brings what a part is made from to one local file, wherever it lies. */
export async function fetchSource({ source, store, ...target }: FetchSource): Promise<FetchOutcome> {
  const { maxBytes } = target.limits;
  switch (source.kind) {
    case "upload":
      if (source.size > maxBytes) {
        return refuse("source-too-large", `The upload has ${source.size} bytes, at most ${maxBytes} are accepted.`);
      }
      await target.requireRoom(source.size);
      return mergeChunks({ ...target, store, ...source, sha256: source.sha256 ?? null });
    case "url":
      return downloadUrl({ ...target, url: source.url });
    default:
      return source satisfies never;
  }
}
