import { recordPublishedVideo } from "../../shared/application/commands/record-published-video.ts";
import type { DomainEvent } from "../../shared/domain/events/domain-event.ts";
import { ownerOfPrefix } from "../../shared/domain/job-outcomes/prefix-owner.ts";
import { mediaPlaylistKey, multivariantKey, uploadPrefix } from "../../shared/domain/part/object-keys.ts";
import { QUALITIES } from "../../shared/domain/quality/quality.ts";
import type { Context } from "../context.ts";
import { deliverState } from "../encoder/deliver-state.ts";
import type { UrlIssuing } from "../encoder/playback/playback-urls.ts";
import { announceChange } from "../post-events/announce-change.ts";
import { announceEncoderJob } from "../webhooks/announce-encoder-job.ts";
import { type AnnounceDeps, announceEvent } from "../webhooks/announce-event.ts";
import { inSource, KEYS_PER_REQUEST, queueDeletions, whereStored, wholeVersion } from "./delete-objects.ts";
import { queueReplaced } from "./delete-replaced.ts";

type EventOf<Type extends DomainEvent["type"]> = Extract<DomainEvent, { readonly type: Type }>;

/** What handlers use. */
export type EventDeps = Pick<
  Context,
  "posts" | "jobs" | "encoderJobs" | "library" | "ledger" | "uploads" | "env" | "settings" | "prefixes" | "now"
> &
  AnnounceDeps &
  UrlIssuing;

/**
 * Idempotent and independent of the order: an event is delivered at least once, and may come after a later one. A throw
 * has the events of its save delivered again.
 */
export type Handler<Type extends DomainEvent["type"]> = (event: EventOf<Type>, deps: EventDeps) => Promise<void>;

type Handlers = { readonly [Type in DomainEvent["type"]]: readonly Handler<Type>[] };

/** Webhooks follow from these, and events for listeners from those that change the state of an encoder job. */
const ANNOUNCED = {
  VideoPostCreated: [deliverState],
  VideoPartReady: [deliverState, announceEncoderJob],
  VideoPartKeysRotated: [],
  VideoJobFailed: [deliverState, announceEncoderJob],
  VideoJobCancelled: [deliverState, announceEncoderJob],
  VideoJobRetried: [deliverState],
  VideoPoliciesChanged: [],
  VideoCaptionsChanged: [],
};

const HANDLERS: Handlers = {
  ...ANNOUNCED,
  VideoAuditPassed: [rewardAuthor, refreshLibrary, deleteUploads],
  VideoAuditRejected: [],
  VideoPostPublished: [refreshLibrary],
  VideoPostUnpublished: [refreshLibrary],
  VideoPostInteractionChanged: [refreshLibrary],
  PublishedVideoChanged: [refreshLibrary],
  UploadsReleased: [deleteUploads],
  CaptionTextsReleased: [deleteSources],
  SingleKeyContentMigrated: [deleteSources],
  PlayedVersionReplaced: [(event, deps) => queueReplaced(deps, event.prefix, event.keysEnd)],
  PosterReplaced: [deletePrefixes],
  ClearRenditionsDropped: [deleteVersions],
  VideoPartAdded: [],
  VideoPartReplacementRequested: [],
  VideoPartReplaced: [deleteUploads, deletePrefixes],
  VideoPartSourceDiscarded: [deleteUploads, deleteVersions, deliverState],
  VideoPartRemoved: [deletePlaylists, deleteUploads, deleteVersions, deliverState],
  VideoPartsReordered: [],
  VideoPostDeleted: [refreshLibrary, reverseReward, deletePlaylists, deleteUploads, deleteVersions, deliverState],
};

/**
 * Runs every handler of an event, whatever becomes of the others, and returns what failed. An event of a later release
 * has no handler here and waits for it.
 */
export async function handleEvent(event: DomainEvent, deps: EventDeps): Promise<readonly Error[]> {
  const handlers = HANDLERS[event.type] as readonly Handler<DomainEvent["type"]>[] | undefined;
  if (handlers === undefined) return [new Error(`the event ${event.id} has the unknown type ${event.type}`)];
  const failures: Error[] = [];
  for (const handle of [...handlers, announceEvent, announceChange]) {
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

type Prefixes = { readonly prefixes: readonly string[] };

async function deletePrefixes({ prefixes }: Prefixes, { env }: EventDeps) {
  await queueDeletions(env, prefixes.flatMap(whereStored));
}

/** Everything that any claim has stored for these sources: also replaced key versions, and claims without a result. */
async function deleteVersions({ prefixes }: Prefixes, { env }: EventDeps) {
  await queueDeletions(env, prefixes.flatMap(wholeVersion));
}

/** At once, because an isolate that has none of these in memory reads them for each viewer who still has a token. */
async function deletePlaylists({ prefixes }: Prefixes, { env }: EventDeps) {
  const encrypted = prefixes.filter((prefix) => ownerOfPrefix(prefix)?.kind === "encrypted");
  const playlists = encrypted.flatMap((prefix) => [
    multivariantKey(prefix),
    ...QUALITIES.map((quality) => mediaPlaylistKey(prefix, quality)),
  ]);
  for (let start = 0; start < playlists.length; start += KEYS_PER_REQUEST) {
    await env.SOURCE.delete(playlists.slice(start, start + KEYS_PER_REQUEST));
  }
}
