import type { SourceFacts } from "./job-launch.ts";
import type { JobKind } from "./transcode-job.ts";

/** A row holds where each of its conditions does. What is not known about a source meets no condition. */
export type ResourceRow = {
  readonly kind?: JobKind | undefined;
  readonly maxBytes?: number | undefined;
  readonly maxSeconds?: number | undefined;
  readonly maxPixels?: number | undefined;
  readonly codecs?: readonly string[] | undefined;
  readonly vcpus: number;
  readonly memoryMib: number;
};

export type ResourceTable = {
  /** The first row that holds counts; the last one has no condition. */
  readonly rows: readonly ResourceRow[];
  readonly leastDiskGib: number;
  readonly mostDiskGib: number;
};

export type Resources = {
  readonly vcpus: number;
  readonly memoryMib: number;
  /** What the container gets where its platform has so much. */
  readonly diskGib: number;
  /** With less it is not started. Where the size of the source is known, the same. */
  readonly leastDiskGib: number;
};

const HD_PIXELS = 1920 * 1080;

/** An encryption is bound by the network. A picture above Full HD needs memory for its decoder. */
export const STANDARD_RESOURCE_ROWS: readonly ResourceRow[] = [
  { kind: "ENCRYPT", vcpus: 1, memoryMib: 2048 },
  { maxPixels: 1280 * 720, vcpus: 2, memoryMib: 4096 },
  { maxPixels: HD_PIXELS, vcpus: 4, memoryMib: 8192 },
  { maxBytes: 200 * 2 ** 20, vcpus: 2, memoryMib: 4096 },
  { maxBytes: 4 * 2 ** 30, vcpus: 4, memoryMib: 8192 },
  { vcpus: 8, memoryMib: 16_384 },
];

/** All video rungs at their caps, with their sound: bytes a second. */
const LADDER_BYTES_PER_SECOND = 10_600_000 / 8;
/** Where the length is not known. A ladder is rarely larger than twice its source. */
const LADDER_PER_SOURCE = 2;
/** The programs, their logs and what ffmpeg writes in passing. */
const BASE_GIB = 2;
const GIB = 2 ** 30;

export function resourcesFor(facts: SourceFacts, table: ResourceTable): Resources {
  const row = table.rows.find((one) => holds(one, facts)) ?? table.rows.at(-1);
  if (row === undefined) throw new Error("a table of resources has no row");
  return { vcpus: row.vcpus, memoryMib: row.memoryMib, ...diskFor(facts, table) };
}

function holds({ kind, maxBytes, maxSeconds, maxPixels, codecs }: ResourceRow, facts: SourceFacts): boolean {
  return (
    (kind === undefined || kind === facts.kind) &&
    isWithin(facts.bytes, maxBytes) &&
    isWithin(facts.seconds, maxSeconds) &&
    isWithin(facts.pixels, maxPixels) &&
    (codecs === undefined || (facts.codec !== null && codecs.includes(facts.codec)))
  );
}

function isWithin(value: number | null, most: number | undefined): boolean {
  return most === undefined || (value !== null && value <= most);
}

type Disk = Pick<Resources, "diskGib" | "leastDiskGib">;

/** The source and its whole ladder are on the disk at once. One of unknown size gets the most that its platform has. */
function diskFor({ bytes, seconds }: SourceFacts, { leastDiskGib, mostDiskGib }: ResourceTable): Disk {
  if (bytes === null) return { diskGib: mostDiskGib, leastDiskGib };
  const ladder = seconds === null ? bytes * LADDER_PER_SOURCE : seconds * LADDER_BYTES_PER_SECOND;
  const needed = Math.ceil((bytes + ladder) / GIB) + BASE_GIB;
  const diskGib = Math.min(mostDiskGib, Math.max(leastDiskGib, needed));
  return { diskGib, leastDiskGib: diskGib };
}
