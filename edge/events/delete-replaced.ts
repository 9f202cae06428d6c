import type { Context } from "../context.ts";
import type { DeleteReplacedMessage } from "../queues/messages.ts";
import { inBothBuckets, queueDeletions } from "./delete-objects.ts";

/** A queue delays a message by at most 12 hours: a longer grace takes several messages. */
const LONGEST_DELAY_SECONDS = 12 * 3600;

type ReplacedVersion = Pick<DeleteReplacedMessage, "replaced" | "notBefore">;
type Deps = Pick<Context, "env" | "prefixes" | "settings" | "now">;

/** Sends a message to check a replaced version again when its keys end, in ms. */
export async function queueReplaced({ env, settings, now }: Deps, replaced: string, keysEnd: number): Promise<void> {
  const notBefore = keysEnd + settings.SEGMENT_GRACE_SECONDS * 1000;
  await wait({ env, now }, { replaced, notBefore });
}

/**
 * Deletes a replaced version, unless its pointers or keys protect it by now. Messages may be early, late, repeated or
 * lost: the daily collection deletes what is left.
 */
export async function deleteReplaced(deps: Deps, message: ReplacedVersion): Promise<void> {
  const { env, prefixes, now } = deps;
  if (now() < message.notBefore) return wait(deps, message);
  const use = await prefixes.replacedUse(message.replaced, now());
  if (use.kind === "retiring") return queueReplaced(deps, message.replaced, use.until);
  if (use.kind === "garbage") await queueDeletions(env, inBothBuckets(message.replaced));
}

async function wait({ env, now }: Pick<Deps, "env" | "now">, { replaced, notBefore }: ReplacedVersion): Promise<void> {
  const left = Math.max(0, Math.ceil((notBefore - now()) / 1000));
  const message: DeleteReplacedMessage = { kind: "delete-replaced", replaced, notBefore };
  await env.DELETE_OBJECTS.send(message, { delaySeconds: Math.min(left, LONGEST_DELAY_SECONDS) });
}
