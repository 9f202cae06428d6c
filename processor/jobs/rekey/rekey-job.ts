import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { WorkOrder } from "../../../shared/application/protocols/job-protocol.ts";
import { segmentKey, segmentName } from "../../../shared/domain/part/object-keys.ts";
import { isAudioQuality, type Quality } from "../../../shared/domain/quality/quality.ts";
import { base64Decode } from "../../../shared/lib/base64.ts";
import { decodeCheck } from "../../adapters/ffmpeg/decode-check.ts";
import { inspectSegment, type SegmentFacts } from "../../adapters/ffmpeg/inspect-segment.ts";
import type { MediaTools } from "../../adapters/ffmpeg/launch.ts";
import type { JobClient } from "../../adapters/job-client.ts";
import type { ObjectStore } from "../../adapters/object-store.ts";
import type { WorkDirectory, WorkRoot } from "../../adapters/work-directory.ts";
import { commonDuration, type ImportedSegment, readImportedPlaylist } from "../../media/imports/imported-playlist.ts";
import { openImportedSegment } from "../../media/imports/imported-segment.ts";
import { type Refusal, refuse } from "../../media/refusal.ts";
import type { MediaCheck } from "../../media/verify/media-check.ts";
import { RetryableError, VerificationFault } from "../../retryable-error.ts";
import { type ClearRung, storeClearLadder } from "../clear-ladder.ts";
import { forEachConcurrently } from "../concurrent-tasks.ts";
import type { JobOutcome, JobRun } from "../loop/job-outcome.ts";
import { CLEAR_SEGMENT } from "../object-headers.ts";
import { stageProgress } from "../rung-progress.ts";
import { createImportCheck, refuseImport, usableFrameRate } from "./import-check.ts";

export type RekeyOrder = Extract<WorkOrder, { kind: "TRANSCODE" }>;
export type SingleKeyWork = Extract<RekeyOrder["source"], { kind: "single-key" }>;

export type RekeyDependencies = {
  readonly client: JobClient;
  readonly source: ObjectStore;
  readonly workRoot: WorkRoot;
  readonly tools: MediaTools;
};

type Rendition = {
  readonly quality: Quality;
  /** Of its playlist and segments, in SOURCE. */
  readonly prefix: string;
  readonly segments: readonly ImportedSegment[];
  /** Bytes of the clear segments, filled in as they are stored. */
  readonly sizes: number[];
};

type Rekey = {
  readonly order: RekeyOrder;
  readonly key: Uint8Array;
  readonly renditions: readonly Rendition[];
  readonly work: WorkDirectory;
  /** Holds `{quality}/seg_00001.ts`: all of them where `keepsAll`, else those that are looked at. */
  readonly directory: string;
  readonly keepsAll: boolean;
  readonly run: JobRun;
  readonly dependencies: RekeyDependencies;
};

/** A 6 s segment of 1080p has 4 MB; each is held encrypted and clear while it is stored. */
const SEGMENTS_AT_ONCE = 4;

/**
 * The transcode job of an imported part: content with one key for all qualities is decrypted, checked and stored as clear
 * renditions. Nothing is encoded: pictures and sound stay what they were.
 */
export async function runRekeyJob(
  order: RekeyOrder,
  source: SingleKeyWork,
  run: JobRun,
  dependencies: RekeyDependencies,
): Promise<JobOutcome> {
  const { workRoot } = dependencies;
  await using work = await workRoot.open(order.jobId);
  const renditions = await readRenditions(source, run, dependencies);
  if (commonDuration(renditions) === null) return refuse("import-unusable", UNEQUAL);
  const keepsAll = await workRoot.makeRoom(await storedBytes(source.prefix, run, dependencies));
  const directory = await work.folder("renditions");
  const key = base64Decode(source.key);
  const rekey: Rekey = { order, key, renditions, work, directory, keepsAll, run, dependencies };

  const facts = await inspectFirstSegments(rekey);
  if (!(facts instanceof Map)) return facts;
  const check = createImportCheck(facts);
  const refusal = await decryptAll(rekey, check);
  if (refusal !== null) return refusal;
  const verdict = check.finish(new Map(renditions.map(({ quality, segments }) => [quality, segments.length])));
  run.log.info({ checkCpuMs: check.cpuMicroseconds / 1000 }, "media checked");
  if (verdict.kind === "failed") return refuseImport(verdict);
  const undecodable = await verifyDecodes(rekey);
  if (undecodable !== null) return undecodable;
  const measured = renditions.map((rendition) => withDurations(rendition, verdict.durations));
  const durationSeconds = commonDuration(measured);
  if (durationSeconds === null) return refuse("import-unusable", UNEQUAL);
  const ladder = measured.map((rendition) => clearRung(rendition, facts.get(rendition.quality)!));
  const place = { directory, clearPrefix: order.clearPrefix, store: dependencies.source };
  const variants = await storeClearLadder(ladder, place, run.signal);
  if (keepsAll) await workRoot.keep(order.clearPrefix, directory);
  const probe = { container: "hls", headerDuration: null, video: null, audio: null };
  const result = { durationSeconds, probe, warnings: [], variants, mediaStart: mediaStartOf(verdict.start) };
  return {
    kind: "done",
    record: async (last) => {
      await dependencies.client.recordTranscode(order, result, last);
    },
  };
}

/** As its segments have it: a clock of 33 bits that may have been unwrapped below zero. */
function mediaStartOf(ticks: number): number {
  const turn = 2 ** 33;
  return ((Math.round(ticks) % turn) + turn) % turn;
}

const UNEQUAL = "The qualities are not equally long, so they are not of one video.";

/** The playlist that is stored says what the media say: what was imported may have rounded. */
function withDurations(rendition: Rendition, durations: ReadonlyMap<Quality, readonly number[]>): Rendition {
  const own = durations.get(rendition.quality) ?? [];
  const segments = rendition.segments.map((segment, i) => ({
    ...segment,
    durationSeconds: own[i] ?? segment.durationSeconds,
  }));
  return { ...rendition, segments };
}

/** Their playlists are our own, written by the import. */
function readRenditions(
  { prefix, renditions }: SingleKeyWork,
  { signal }: JobRun,
  { source: store }: RekeyDependencies,
): Promise<Rendition[]> {
  return Promise.all(
    renditions.map(async ({ quality, playlist }) => {
      const read = readImportedPlaylist(await store.getText(`${prefix}${playlist}`, signal));
      if (read.kind === "refused")
        throw new RetryableError("import-unusable", `The imported playlist of ${quality} cannot be read.`);
      const folder = playlist.slice(0, playlist.lastIndexOf("/") + 1);
      return { quality, prefix: `${prefix}${folder}`, segments: read.segments, sizes: [] };
    }),
  );
}

async function storedBytes(prefix: string, { signal }: JobRun, { source }: RekeyDependencies): Promise<number> {
  return (await source.list(prefix, signal)).reduce((sum, { size }) => sum + size, 0);
}

/** Before anything is stored: content that our playlists cannot describe, or players not decode, costs little then. */
async function inspectFirstSegments(rekey: Rekey): Promise<Map<Quality, SegmentFacts> | Refusal> {
  const { renditions, directory, dependencies, run } = rekey;
  const facts = new Map<Quality, SegmentFacts>();
  run.report({ stage: "PROBING", percent: 0 });
  for (const { quality } of renditions) await mkdir(join(directory, quality), { recursive: true });
  for (const rendition of renditions) {
    const clear = await clearSegment(rekey, rendition, 0);
    if (clear === null) return doesNotOpen(rendition, 0);
    const path = pathOf(rekey, rendition, 0);
    await writeFile(path, clear, { signal: run.signal });
    const decoded = await decodeRefusal(rekey, rendition, 0);
    if (decoded !== null) return decoded;
    const found = await inspectSegment(path, dependencies.tools, run.signal).catch((cause: unknown) => {
      run.signal.throwIfAborted();
      if (!(cause instanceof VerificationFault)) throw cause;
      throw new VerificationFault(`${rendition.quality} holds no H.264 or AAC that can be named.`, { cause });
    });
    if ((found.width === null) !== isAudioQuality(rendition.quality)) {
      return refuse(
        "import-unusable",
        `${rendition.quality} was imported as what it is not: it has ${found.width === null ? "no" : "a"} picture.`,
      );
    }
    facts.set(rendition.quality, found);
  }
  return facts;
}

/** Ends early where the check fails, which is judged by the caller. */
async function decryptAll(rekey: Rekey, check: MediaCheck): Promise<Refusal | null> {
  const { order, renditions, keepsAll, run, dependencies } = rekey;
  const { signal, report } = run;
  const planned = new Map(renditions.map(({ quality, segments }) => [quality, segments.length]));
  const made = new Map<Quality, number>();
  let refusal: Refusal | null = null;
  await forEachConcurrently(segmentsOf(renditions), SEGMENTS_AT_ONCE, async ({ rendition, index }) => {
    signal.throwIfAborted();
    if (refusal !== null || check.failure) return;
    const { quality } = rendition;
    const clear = await clearSegment(rekey, rendition, index);
    if (clear === null) {
      refusal = doesNotOpen(rendition, index);
      return;
    }
    const { durationSeconds = null } = rendition.segments[index] ?? {};
    check.read(quality, index, clear, { startSeconds: null, durationSeconds });
    if (check.failure) return;
    await dependencies.source.putBytes(segmentKey(order.clearPrefix, quality, index + 1), clear, CLEAR_SEGMENT, signal);
    if (keepsAll || isLookedAt(rendition, index)) {
      await writeFile(pathOf(rekey, rendition, index), clear, { signal });
    }
    rendition.sizes[index] = clear.length;
    made.set(quality, (made.get(quality) ?? 0) + 1);
    report(stageProgress("UPLOADING", { planned, made }));
  });
  return refusal;
}

/** The first was looked at before; one of the middle shows a wrong IV, the last that the end is there. */
async function verifyDecodes(rekey: Rekey): Promise<Refusal | null> {
  const { renditions, keepsAll, run } = rekey;
  run.report({ stage: "VERIFYING", percent: 0 });
  for (const [done, rendition] of renditions.entries()) {
    for (const index of lookedAt(rendition).filter((each) => each > 0)) {
      run.signal.throwIfAborted();
      const refusal = await decodeRefusal(rekey, rendition, index);
      if (refusal !== null) return refusal;
      if (!keepsAll) await rm(pathOf(rekey, rendition, index), { force: true });
    }
    run.report({ stage: "VERIFYING", percent: (100 * (done + 1)) / renditions.length });
  }
  return null;
}

async function decodeRefusal(rekey: Rekey, rendition: Rendition, index: number): Promise<Refusal | null> {
  const { run, dependencies } = rekey;
  const result = await decodeCheck(pathOf(rekey, rendition, index), dependencies.tools, run.signal);
  if (result.kind === "decoded" && (index > 0 || result.frames !== 0)) return null;
  run.signal.throwIfAborted();
  run.log.info({ detail: result.kind === "broken" ? result.reason : "no frames" }, "tool output");
  return refuse(
    "import-unusable",
    `Segment ${index + 1} of ${rendition.quality} does not decode by itself: it is damaged, or does not begin with a keyframe. Make the video again from its source.`,
  );
}

function clearRung({ quality, segments, sizes }: Rendition, facts: SegmentFacts): ClearRung {
  const measured = segments.map(({ durationSeconds }, index) => ({ durationSeconds, bytes: sizes[index] ?? 0 }));
  const { width, height, codecs } = facts;
  return { quality, segments: measured, width, height, codecs, frameRate: usableFrameRate(facts) };
}

async function clearSegment(
  { key, run, dependencies }: Rekey,
  { prefix, segments }: Rendition,
  index: number,
): Promise<Uint8Array | null> {
  const { uri, iv } = segments[index]!;
  return openImportedSegment(await dependencies.source.getBytes(`${prefix}${uri}`, run.signal), key, iv);
}

function doesNotOpen({ quality }: Rendition, index: number): Refusal {
  return refuse(
    "import-unusable",
    `Segment ${index + 1} of ${quality} does not open with the key that was imported. Import it again.`,
  );
}

function* segmentsOf(renditions: readonly Rendition[]): Generator<{ rendition: Rendition; index: number }> {
  for (const rendition of renditions) for (const index of rendition.segments.keys()) yield { rendition, index };
}

/** Indexes from 0. */
function lookedAt({ segments }: Rendition): number[] {
  return [...new Set([0, Math.floor(segments.length / 2), segments.length - 1])];
}

function isLookedAt(rendition: Rendition, index: number): boolean {
  return lookedAt(rendition).includes(index);
}

function pathOf({ directory }: Pick<Rekey, "directory">, { quality }: Rendition, index: number): string {
  return join(directory, quality, segmentName(index + 1));
}
