import { folderOfJob, ownerOfPrefix, prefixOfObject } from "../../shared/domain/job-outcomes/prefix-owner.ts";
import type { Env } from "../env.ts";
import type { DeleteJobObjectsMessage, DeleteObjectsMessage } from "../queues/messages.ts";

/** R2 lists and deletes at most 1,000 keys per request. */
export const KEYS_PER_REQUEST = 1000;
/** Requests per message, well under a Worker's limit of subrequests; a new message continues. */
const ROUNDS = 100;

/** Messages per `sendBatch`. */
const MESSAGES_PER_BATCH = 100;

/** Sends prefixes to the delete queue. */
export async function queueDeletions(
  { DELETE_OBJECTS }: Env,
  messages: readonly (DeleteObjectsMessage | DeleteJobObjectsMessage)[],
): Promise<void> {
  for (let start = 0; start < messages.length; start += MESSAGES_PER_BATCH) {
    await DELETE_OBJECTS.sendBatch(messages.slice(start, start + MESSAGES_PER_BATCH).map((body) => ({ body })));
  }
}

export function inSource(prefix: string): DeleteObjectsMessage {
  return { kind: "delete-objects", bucket: "SOURCE", prefix };
}

/** The same prefix in both buckets: a claim of an encrypt job writes to both, and an empty prefix costs nothing. */
export function inBothBuckets(prefix: string): DeleteObjectsMessage[] {
  return [inSource(prefix), { kind: "delete-objects", bucket: "PLAYBACK", prefix }];
}

/** Uploads, posters and captions are only in SOURCE; any other prefix may be in both buckets. */
export function whereStored(prefix: string): DeleteObjectsMessage[] {
  const kind = ownerOfPrefix(prefix)?.kind;
  const isOfSource = kind === "upload" || kind === "poster" || kind === "captions";
  return isOfSource ? [inSource(prefix)] : inBothBuckets(prefix);
}

/** Of a version that nothing plays: the whole folder of its transcode job, or the prefix where there is none. */
export function wholeVersion(prefix: string): (DeleteObjectsMessage | DeleteJobObjectsMessage)[] {
  const found = folderOfJob(prefix);
  if (found === null) return whereStored(prefix);
  return (["SOURCE", "PLAYBACK"] as const).map((bucket) => ({ kind: "delete-job-objects", bucket, ...found }));
}

/**
 * Deletes what claims of one transcode job, and encryptions of its result, have stored below its folder. Another owner's
 * objects may lie there, since titles and ids of imports are free, and stay.
 */
export async function deleteJobObjects(env: Env, message: DeleteJobObjectsMessage): Promise<void> {
  const bucket = message.bucket === "SOURCE" ? env.SOURCE : env.PLAYBACK;
  let cursor: string | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    const listed = await bucket.list({ prefix: message.folder, limit: KEYS_PER_REQUEST, ...(cursor && { cursor }) });
    const own = listed.objects.map(({ key }) => key).filter((key) => jobOfObject(key) === message.transcodeJobId);
    if (own.length > 0) await bucket.delete(own);
    if (!listed.truncated) return;
    cursor = listed.cursor;
  }
  await env.DELETE_OBJECTS.send(message);
}

function jobOfObject(key: string): string | null {
  const prefix = prefixOfObject(key);
  const owner = prefix === null ? null : ownerOfPrefix(prefix);
  return owner?.kind === "clear" || owner?.kind === "encrypted" ? owner.transcodeJobId : null;
}

/** Handles one message; another message continues beyond its share. */
export async function deleteUnder(env: Env, message: DeleteObjectsMessage): Promise<void> {
  const finished = await deletePrefix(message.bucket === "SOURCE" ? env.SOURCE : env.PLAYBACK, message.prefix);
  if (!finished) await env.DELETE_OBJECTS.send(message);
}

/** False if the prefix holds more than one message's share. */
async function deletePrefix(bucket: R2Bucket, prefix: string): Promise<boolean> {
  if (ownerOfPrefix(prefix) === null) throw new Error("a prefix to delete is that of one upload, import or claim");
  for (let round = 0; round < ROUNDS; round++) {
    const { objects, truncated } = await bucket.list({ prefix, limit: KEYS_PER_REQUEST });
    if (objects.length > 0) await bucket.delete(objects.map((object) => object.key));
    if (!truncated) return true;
  }
  return false;
}
