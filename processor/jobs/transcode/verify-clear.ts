import { join } from "node:path";
import { segmentName } from "../../../shared/domain/part/object-keys.ts";
import type { Quality } from "../../../shared/domain/quality/quality.ts";
import { inspectSegment, type SegmentFacts } from "../../adapters/ffmpeg/inspect-segment.ts";
import type { MediaTools } from "../../adapters/ffmpeg/launch.ts";
import type { LadderPlan } from "../../media/encode/ladder.ts";
import { verifyRungs } from "../../media/verify/durations.ts";

import { VerificationFault } from "../../retryable-error.ts";
import { forEachConcurrently } from "../concurrent-tasks.ts";
import type { StoredRung } from "./encode-ladder.ts";

export type VerifyClear = {
  /** Holds `{quality}/seg_00001.ts` at least. */
  readonly directory: string;
  readonly plan: LadderPlan;
  readonly rungs: readonly StoredRung[];
  readonly tools: MediaTools;
  readonly signal: AbortSignal;
  /** Called after each check with how many of how many are done. */
  readonly onChecked: (done: number, total: number) => void;
};

/** Checks at once; each is a process that uses a core. */
const CHECKS_AT_ONCE = 2;

/** ISO/IEC 13818-1: a transport stream is made of packets of this size. */
const PACKET_BYTES = 188;

/**
 * Believes the result and not ffmpeg's exit code: lengths agree, every segment is whole, and the first one of every
 * rung is of the size and kind that was planned. The last one, where a run that went wrong ends, is decoded when its
 * ciphertext is there: before anything is published, and once. Returns what the bitstreams say, by quality. Throws
 * VerificationFault: the source was decoded whole, so what is wrong here is wrong with this run.
 */
export async function verifyClear(input: VerifyClear): Promise<ReadonlyMap<Quality, SegmentFacts>> {
  const { directory, plan, rungs, tools, signal, onChecked } = input;
  const measures = rungs.map(({ quality, segments }) => ({
    quality,
    durationSeconds: segments.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0),
    segmentCount: segments.length,
  }));
  const compared = verifyRungs(plan.timeline.durationSeconds, measures);
  if (compared.kind === "refused") throw new VerificationFault(compared.reason);

  for (const { quality, segments } of rungs) {
    const broken = segments.findIndex(({ bytes }) => bytes === 0 || bytes % PACKET_BYTES !== 0);
    if (broken !== -1) throw new VerificationFault(`Segment ${broken + 1} of ${quality} is cut off.`);
  }

  const facts = new Map<Quality, SegmentFacts>();
  let done = 0;
  onChecked(done, rungs.length);
  await forEachConcurrently(rungs, CHECKS_AT_ONCE, async ({ quality }) => {
    signal.throwIfAborted();
    facts.set(quality, await inspect(quality, join(directory, quality, segmentName(1)), plan, tools, signal));
    done += 1;
    onChecked(done, rungs.length);
  });
  return facts;
}

async function inspect(
  quality: Quality,
  path: string,
  plan: LadderPlan,
  tools: MediaTools,
  signal: AbortSignal,
): Promise<SegmentFacts> {
  const facts = await inspectSegment(path, tools, signal).catch((cause: unknown) => {
    if (!(cause instanceof VerificationFault)) throw cause;
    throw new VerificationFault(`Segment 1 of ${quality} cannot be read as H.264 and AAC.`, { cause });
  });
  const planned = plan.kind === "video" ? plan.rungs.find((rung) => rung.quality === quality) : null;
  if (facts.width !== (planned?.width ?? null) || facts.height !== (planned?.height ?? null)) {
    throw new VerificationFault(`${quality} came out as ${facts.width}x${facts.height}.`);
  }
  if (facts.hasAudio !== (plan.audio !== null)) throw new VerificationFault(`${quality} came out without its sound.`);
  return facts;
}
