import { useSyncExternalStore } from "react";
import { type Session, useSession } from "../session/session.tsx";
import { type Upload, UploadQueue } from "./upload-queue.ts";

/** One queue for each session: uploads continue while its user opens other pages. */
const queues = new WeakMap<AbortSignal, UploadQueue>();

function queueOf({ ended, apiKey }: Pick<Session, "ended" | "apiKey">): UploadQueue {
  const known = queues.get(ended);
  if (known !== undefined) return known;
  const queue = new UploadQueue(apiKey);
  queues.set(ended, queue);
  // A session that the API ended continues its uploads once its user has signed in again.
  ended.addEventListener("abort", () => (ended.reason instanceof Error ? queue.stop() : queue.clear()));
  return queue;
}

/** The uploads for a purpose, such as the parts of a new post. */
export function useUploads(purpose: string): { readonly queue: UploadQueue; readonly uploads: readonly Upload[] } {
  const queue = queueOf(useSession());
  const uploads = useSyncExternalStore(queue.subscribe, queue.uploads);
  return { queue, uploads: uploads.filter((upload) => upload.purpose === purpose) };
}
