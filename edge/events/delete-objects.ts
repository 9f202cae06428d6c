import { ownerOfPrefix } from "../../shared/domain/prefix-owner.ts";
import type { Env } from "../env.ts";
import type { DeleteObjectsMessage } from "../queues/messages.ts";

/** R2 lists and deletes at most 1,000 keys per request. */
const KEYS_PER_REQUEST = 1000;
/** Requests per message, well under a Worker's limit of subrequests; a new message continues. */
const ROUNDS = 100;

/** Messages per `sendBatch`. */
const MESSAGES_PER_BATCH = 100;

/** Sends prefixes to the delete queue. */
export async function queueDeletions(
  { DELETE_OBJECTS }: Env,
  messages: readonly DeleteObjectsMessage[],
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

/** An upload is only in SOURCE; any other prefix may be in both buckets. */
export function whereStored(prefix: string): DeleteObjectsMessage[] {
  return ownerOfPrefix(prefix)?.kind === "upload" ? [inSource(prefix)] : inBothBuckets(prefix);
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
