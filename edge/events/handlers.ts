import type { DomainEvent } from "../../shared/domain/domain-event.ts";
import { uploadPrefix } from "../../shared/domain/object-keys.ts";
import type { Context } from "../context.ts";
import { type AnnounceDeps, announceEvent } from "../webhooks/announce-event.ts";
import { inBothBuckets, inSource, queueDeletions } from "./delete-objects.ts";
import { queueReplaced } from "./delete-replaced.ts";

type EventOf<Type extends DomainEvent["type"]> = Extract<DomainEvent, { readonly type: Type }>;

/** What handlers use. */
export type EventDeps = Pick<Context, "uploads" | "env" | "settings" | "prefixes" | "now"> & AnnounceDeps;

/**
 * Idempotent and independent of the order: an event is delivered at least once, and may come after a later one. A throw
 * has the events of its save delivered again.
 */
export type Handler<Type extends DomainEvent["type"]> = (event: EventOf<Type>, deps: EventDeps) => Promise<void>;

type Handlers = { readonly [Type in DomainEvent["type"]]: readonly Handler<Type>[] };

const HANDLERS: Handlers = {
  VideoAuditPassed: [deleteUploads],
  VideoAuditRejected: [],
  VideoPostPublished: [],
  VideoPostUnpublished: [],
  SingleKeyContentMigrated: [deleteSources],
  PlayedVersionReplaced: [(event, deps) => queueReplaced(deps, event.prefix, event.keysEnd)],
  VideoPostDeleted: [deleteUploads, deleteRenditions],
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

async function deleteUploads({ uploadIds }: { readonly uploadIds: readonly string[] }, { uploads, env }: EventDeps) {
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
