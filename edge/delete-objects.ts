import type { DeleteObjectsMessage, Env } from "./env.ts";

/** R2 lists and deletes at most 1,000 keys a request. */
const KEYS_PER_REQUEST = 1000;
/** Requests of one message, well under a Worker's limit of subrequests; what is left goes on in a new message. */
const ROUNDS = 100;

/** The delete queue: everything under a prefix goes. Repeating it does no harm. */
export async function deleteObjects(batch: MessageBatch<DeleteObjectsMessage>, env: Env): Promise<void> {
  for (const message of batch.messages) {
    try {
      const finished = await deletePrefix(message.body.bucket === "SOURCE" ? env.SOURCE : env.PLAYBACK, message.body.prefix);
      if (!finished) await env.DELETE_OBJECTS.send(message.body);
      message.ack();
    } catch (error) {
      console.error(JSON.stringify({ at: "delete-objects", prefix: message.body.prefix, error: String(error) }));
      message.retry({ delaySeconds: 30 });
    }
  }
}

/** False when there is more than one message's share. */
async function deletePrefix(bucket: R2Bucket, prefix: string): Promise<boolean> {
  if (!/^[^/]+\/.+\/$/.test(prefix)) throw new Error("a prefix to delete names a folder within a folder");
  for (let round = 0; round < ROUNDS; round++) {
    const { objects, truncated } = await bucket.list({ prefix, limit: KEYS_PER_REQUEST });
    if (objects.length > 0) await bucket.delete(objects.map((object) => object.key));
    if (!truncated) return true;
  }
  return false;
}
