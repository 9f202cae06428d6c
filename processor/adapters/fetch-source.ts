import type { WorkOrder } from "../../shared/application/job-protocol.ts";
import { downloadUrl, type FetchOutcome, type FetchProgress } from "./download-url.ts";
import { mergeChunks } from "./merge-chunks.ts";
import type { ObjectStore } from "./object-store.ts";

export type Source = Extract<WorkOrder, { kind: "TRANSCODE" }>["source"];

export type FetchSource = {
  readonly source: Source;
  readonly destination: string;
  readonly store: ObjectStore;
  readonly maxBytes: number;
  readonly allowHosts: ReadonlySet<string>;
  readonly signal: AbortSignal;
  readonly onProgress: FetchProgress;
};

/** Brings what a part is made from to one local file, wherever it lies. */
export async function fetchSource(input: FetchSource): Promise<FetchOutcome> {
  const { source, destination, store, maxBytes, allowHosts, signal, onProgress } = input;
  switch (source.kind) {
    case "upload":
      if (source.size > maxBytes) {
        return { kind: "refused", reason: `The upload is larger than the ${maxBytes} bytes that are allowed.` };
      }
      return mergeChunks({ store, prefix: source.prefix, size: source.size, destination, signal, onProgress });
    case "url":
      return downloadUrl({ url: source.url, destination, maxBytes, allowHosts, signal, onProgress });
    default:
      return source satisfies never;
  }
}
