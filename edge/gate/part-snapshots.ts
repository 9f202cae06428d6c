import type { GateReadings, StoredKey, StoredPart } from "../../shared/application/ports/gate-readings.ts";
import { isUuid } from "../../shared/lib/random-id.ts";
import { createTemplateCache } from "../playlist-template/template-cache.ts";
import {
  type Cell,
  Copied,
  emptyCell,
  type FreshnessRules,
  freshValue,
  type GateClock,
  type Later,
  nextStep,
} from "./freshness.ts";
import type { LocationCopies } from "./location-copies.ts";
import type { RevocationFeedReader } from "./revocation-feed.ts";

/** A part as it was at a position of the feed; it counts until the feed names its post again. */
export type PartSnapshot = StoredPart & { readonly keysById: ReadonlyMap<string, StoredKey> };

export type KnownSnapshot = {
  /** Null: there is no such part. */
  readonly part: PartSnapshot | null;
  /** The position of the feed that the part was read at. */
  readonly position: number;
  /** False while the database fails and the part has changed since: it may grant what it granted, and refuses nothing. */
  readonly isCurrent: boolean;
};

export type PartSnapshots = {
  /** What counts without waiting; undefined where nothing does. */
  readonly peek: (videoPostId: string, fileIndex: number) => KnownSnapshot | undefined;
  readonly get: (
    videoPostId: string,
    fileIndex: number,
    later: Later,
    wanted?: WantedPart,
  ) => Promise<KnownSnapshot | "away">;
  /** After a save by this isolate, which thereby reads what it has written. */
  readonly forget: (videoPostId: string) => void;
};

export type WantedPart = {
  /** In ms, the earliest start of a reading that counts. */
  readonly notBefore?: number;
  /** A signed token or an authenticated caller names the part: no flood of made-up ids keeps it waiting. */
  readonly isKnownCaller?: boolean;
};

type Wanted = { readonly videoPostId: string; readonly fileIndex: number; readonly mayCopy: boolean };

type Reading = {
  readonly snapshot: PartSnapshot | null;
  readonly position: number;
  readonly generation: number;
  /** How many saves this isolate had made when the reading was started. */
  readonly saves: number;
};

/** The feed names what changes; this bounds the effect of a change that it does not name. */
const BACKSTOP_MS = 60_000;
const MOST_BYTES = 8 * 2 ** 20;
/** A separate bound for parts that do not exist: made-up ids must not push out what plays. */
const MOST_MISSING_BYTES = 2 ** 17;
const CELL_BYTES = 200;
/** Of one part: a row, and per key its row as text and the wrapped key. */
const PART_BYTES = 1000;
const KEY_BYTES = 400;
/** Readings that find nothing, in one second of an isolate, for requests that anybody can send. */
const MOST_MISSES = 200;
/** Of own saves. By then the feed has named the oldest. */
const MOST_SAVES = 1000;

export function createPartSnapshots(
  readings: GateReadings,
  feed: Pick<RevocationFeedReader, "position" | "changedAt" | "generation">,
  rules: FreshnessRules,
  clock: GateClock,
  copies: LocationCopies["parts"],
): PartSnapshots {
  const found = createTemplateCache<Cell<Reading>>(MOST_BYTES);
  const missing = createTemplateCache<Cell<Reading>>(MOST_MISSING_BYTES);
  const savedAt = new Map<string, number>();
  let saves = 0;
  let misses = { second: 0, count: 0 };

  const isCurrent = (videoPostId: string, value: Reading) =>
    value.generation === feed.generation() &&
    value.saves >= (savedAt.get(videoPostId) ?? 0) &&
    value.position >= feed.changedAt({ kind: "post-changed", subject: videoPostId });

  const knownOf = (videoPostId: string, reading: Reading): KnownSnapshot => ({
    part: reading.snapshot,
    position: reading.position,
    isCurrent: isCurrent(videoPostId, reading),
  });

  const rulesOf = (videoPostId: string, cell: Cell<Reading>): FreshnessRules => {
    if (rules.freshMs === 0) return rules;
    // What has changed counts no more, except while the database fails.
    if (cell.value === undefined || !isCurrent(videoPostId, cell.value)) return { freshMs: -1, staleMs: rules.staleMs };
    return { freshMs: BACKSTOP_MS, staleMs: BACKSTOP_MS + rules.staleMs };
  };

  const read = async (
    { videoPostId, fileIndex, mayCopy }: Wanted,
    later: Later,
  ): Promise<Reading | Copied<Reading>> => {
    const before = { position: feed.position(), generation: feed.generation(), saves };
    const name = nameOf(videoPostId, fileIndex);
    // What this isolate has saved may be missing in a copy until the feed names it.
    const copy = mayCopy && !savedAt.has(videoPostId) ? await copies.find(name) : null;
    if (copy !== null && copy.position >= feed.changedAt({ kind: "post-changed", subject: videoPostId })) {
      return new Copied({ ...before, snapshot: snapshotOf(copy.part), position: copy.position }, copies.ageMs);
    }
    const { part, position } = await readings.readPart(videoPostId, fileIndex);
    if (part !== null && rules.freshMs > 0) copies.keep({ part, position }, later, name);
    return { ...before, snapshot: snapshotOf(part), position: Math.max(before.position, position) };
  };

  const missesNow = () => {
    const second = Math.floor(clock.now() / 1000);
    if (misses.second !== second) misses = { second, count: 0 };
    return misses;
  };

  /** Counted from its start until it has found a part: a database that is slow or fails is not asked more often. */
  const readForAnybody: typeof read = async (wanted, later) => {
    const counted = missesNow();
    counted.count++;
    const found = await read(wanted, later);
    if (found instanceof Copied || found.snapshot !== null) counted.count--;
    return found;
  };

  return {
    peek: (videoPostId, fileIndex) => {
      const cell = found.get(nameOf(videoPostId, fileIndex));
      if (cell === undefined) return undefined;
      if (cell.value === undefined || cell.value.snapshot === null) return undefined;
      const step = nextStep(cell, rulesOf(videoPostId, cell), clock.now(), Number.NEGATIVE_INFINITY);
      return step === "use" ? knownOf(videoPostId, cell.value) : undefined;
    },
    get: async (videoPostId, fileIndex, later, { notBefore, isKnownCaller = false } = {}) => {
      if (!isUuid(videoPostId)) return { part: null, position: feed.position(), isCurrent: true };
      const name = nameOf(videoPostId, fileIndex);
      const inFound = found.get(name);
      const known = inFound ?? missing.get(name);
      if (known?.value === undefined && !isKnownCaller && missesNow().count >= MOST_MISSES) return "away";
      const cell = known ?? emptyCell<Reading>();
      const readIt = isKnownCaller || inFound !== undefined ? read : readForAnybody;
      if (known === undefined) missing.put(name, cell, CELL_BYTES);
      const used = cell.value;
      // A copy may be older than what decides a refusal.
      const mayCopy = notBefore === undefined && rules.freshMs > 0;
      const value = await freshValue(
        cell,
        () => rulesOf(videoPostId, cell),
        (work) => readIt({ videoPostId, fileIndex, mayCopy }, work),
        clock,
        later,
        notBefore,
      );
      if (value === "away") return "away";
      // The request that read it may have been cancelled before it came here.
      if (value.snapshot !== null && (value !== used || inFound === undefined))
        found.put(name, cell, bytesOf(value.snapshot));
      return knownOf(videoPostId, value);
    },
    forget: (videoPostId) => {
      savedAt.delete(videoPostId);
      savedAt.set(videoPostId, ++saves);
      if (savedAt.size > MOST_SAVES) savedAt.delete(savedAt.keys().next().value as string);
    },
  };
}

function nameOf(videoPostId: string, fileIndex: number): string {
  return `${videoPostId}/${fileIndex}`;
}

function snapshotOf(part: StoredPart | null): PartSnapshot | null {
  return part === null ? null : { ...part, keysById: new Map(part.keys.map((key) => [key.keyId, key])) };
}

function bytesOf({ keys, captions, chapters }: PartSnapshot): number {
  const texts = captions.length + chapters.length === 0 ? 0 : 2 * JSON.stringify([captions, chapters]).length;
  return CELL_BYTES + PART_BYTES + KEY_BYTES * keys.length + texts;
}
