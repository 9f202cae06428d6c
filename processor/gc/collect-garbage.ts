import type { PrefixStatus } from "../../shared/application/ports/prefix-queries.ts";
import { PREFIXES_PER_REQUEST } from "../../shared/application/protocols/job-protocol.ts";
import type { JobClient } from "../adapters/job-client.ts";
import type { ObjectStore } from "../adapters/object-store.ts";
import { type StoredPrefix, takeInventory } from "./inventory.ts";

export type GarbageDependencies = {
  readonly client: Pick<JobClient, "usesOfPrefixes" | "deletePrefixes">;
  readonly source: ObjectStore;
  readonly playback: ObjectStore;
  /** Longer than any lease: a processor that lost its job may still be writing for as long as it does not know. */
  readonly minAgeMs: number;
  /** Nothing is deleted. */
  readonly dryRun?: boolean;
};

export type GarbageReport = {
  /** Named by no pointer, and open to no further writes. */
  readonly garbage: readonly StoredPrefix[];
  readonly totals: Readonly<Record<PrefixStatus | "young", number>> & {
    readonly strangers: number;
    readonly garbageObjects: number;
    readonly garbageBytes: number;
    /** Prefixes that are in the queue of deletions now. */
    readonly deleted: number;
  };
};

/**
 * The reconcile of the buckets with the database: lists what is stored, leaves what is young, asks the Worker about
 * the rest, and hands what is garbage back to it. The Worker looks again before it queues a deletion.
 */
export async function collectGarbage(
  dependencies: GarbageDependencies,
  signal: AbortSignal,
  now: number,
): Promise<GarbageReport> {
  const { client, source, playback, minAgeMs, dryRun = false } = dependencies;
  const { prefixes, strangers } = await takeInventory([source, playback], signal);
  const old = prefixes.filter(({ youngest }) => youngest < now - minAgeMs);
  const counts = { named: 0, live: 0, retiring: 0, unknown: 0, garbage: 0, young: prefixes.length - old.length };
  const garbage: StoredPrefix[] = [];
  let deleted = 0;
  for (const batch of batchesOf(old)) {
    const uses = await client.usesOfPrefixes(namesOf(batch), signal);
    for (const use of uses) counts[use] += 1;
    const removable = batch.filter((_, index) => uses[index] === "garbage");
    garbage.push(...removable);
    if (!dryRun && removable.length > 0) deleted += (await client.deletePrefixes(namesOf(removable), signal)).length;
  }
  const sum = (of: "objects" | "bytes") => garbage.reduce((total, each) => total + each[of], 0);
  const totals = { ...counts, strangers, garbageObjects: sum("objects"), garbageBytes: sum("bytes"), deleted };
  return { garbage, totals };
}

function namesOf(prefixes: readonly StoredPrefix[]): string[] {
  return prefixes.map(({ prefix }) => prefix);
}

function batchesOf(prefixes: readonly StoredPrefix[]): StoredPrefix[][] {
  const count = Math.ceil(prefixes.length / PREFIXES_PER_REQUEST);
  const start = (batch: number) => batch * PREFIXES_PER_REQUEST;
  return Array.from({ length: count }, (_, batch) => prefixes.slice(start(batch), start(batch + 1)));
}
