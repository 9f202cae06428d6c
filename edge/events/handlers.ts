import { recordPublishedVideo } from "../../shared/application/commands/record-published-video.ts";
import type { DomainEvent } from "../../shared/domain/domain-event.ts";
import { uploadPrefix } from "../../shared/domain/object-keys.ts";
import type { Context } from "../context.ts";
import { type AnnounceDeps, announceEvent } from "../webhooks/announce-event.ts";
import { inBothBuckets, inSource, queueDeletions } from "./delete-objects.ts";
import { queueReplaced } from "./delete-replaced.ts";

type EventOf<Type extends DomainEvent["type"]> = Extract<DomainEvent, { readonly type: Type }>;

/** What handlers use. */
export type EventDeps = Pick<
  Context,
  "posts" | "library" | "ledger" | "uploads" | "env" | "settings" | "prefixes" | "now"
> &
  AnnounceDeps;

/**
 * Idempotent and independent of the order: an event is delivered at least once, and may come after a later one. A throw
 * has the events of its save delivered again.
 */
export type Handler<Type extends DomainEvent["type"]> = (event: EventOf<Type>, deps: EventDeps) => Promise<void>;

type Handlers = { readonly [Type in DomainEvent["type"]]: readonly Handler<Type>[] };

const HANDLERS: Handlers = {
  VideoAuditPassed: [rewardAuthor, refreshLibrary, deleteUploads],
  VideoAuditRejected: [],
  VideoPostPublished: [refreshLibrary],
  VideoPostUnpublished: [refreshLibrary],
  VideoPostInteractionChanged: [refreshLibrary],
  PublishedVideoChanged: [refreshLibrary],
  UploadsReleased: [deleteUploads],
  SingleKeyContentMigrated: [deleteSources],
  PlayedVersionReplaced: [(event, deps) => queueReplaced(deps, event.prefix, event.keysEnd)],
  VideoPostDeleted: [refreshLibrary, reverseReward, deleteUploads, deleteRenditions],
};

/**
 * Runs every handler of an event, whatever becomes of the others, and returns what failed. An event of a later release
 * has no handler here and waits for it.
 */
export async function handleEvent(event: DomainEvent, deps: EventDeps): Promise<readonly Error[]> {
  const handlers = HANDLERS[event.type] as readonly Handler<DomainEvent["type"]>[] | undefined;
  if (handlers === undefined) return [new Error(`the event ${event.id} has the unknown type ${event.type}`)];
  const failures: Error[] = [];
  for (const handle of [...handlers, announceEvent]) {
    try {
      await handle(event, deps);
    } catch (cause) {
      failures.push(new Error(`the event ${event.id} (${event.type})`, { cause }));
    }
  }
  return failures;
}

/** The author is rewarded by the first passed review while rewards are on. */
async function rewardAuthor({ videoPostId, at }: DomainEvent, { ledger, settings }: EventDeps) {
  const amount = settings.AUTHOR_REWARD_POINTS;
  if (amount > 0) await ledger.reward({ videoPostId, amount, at });
}

async function reverseReward({ videoPostId }: DomainEvent, { ledger }: EventDeps) {
  await ledger.reverse(videoPostId);
}

function refreshLibrary(event: DomainEvent, deps: EventDeps): Promise<void> {
  return recordPublishedVideo(deps, event);
}

async function deleteUploads(
  { uploadIds = [] }: { readonly uploadIds?: readonly string[] },
  { uploads, env }: EventDeps,
) {
  const dropped = await uploads.dropUnneeded(uploadIds);
  await queueDeletions(
    env,
    dropped.map((uploadId) => inSource(uploadPrefix(uploadId))),
  );
}

async function deleteSources({ prefixes }: { readonly prefixes: readonly string[] }, { env }: EventDeps) {
  await queueDeletions(env, prefixes.map(inSource));
}

async function deleteRenditions({ prefixes }: { readonly prefixes: readonly string[] }, { env }: EventDeps) {
  await queueDeletions(env, prefixes.flatMap(inBothBuckets));
}
