import { join } from "node:path";
import { segmentName } from "../../shared/domain/object-keys.ts";
import type { Quality } from "../../shared/domain/quality.ts";
import { decodeCheck } from "../adapters/ffmpeg/decode-check.ts";
import { inspectSegment, type SegmentFacts } from "../adapters/ffmpeg/inspect-segment.ts";
import type { MediaTools } from "../adapters/ffmpeg/launch.ts";
import type { LadderPlan } from "../media/ladder.ts";
import { verifyRungs } from "../media/verify.ts";
import { PassingFault } from "../passing-fault.ts";
import { forEachConcurrently } from "./concurrent-tasks.ts";
import type { StoredRung } from "./encode-ladder.ts";

export type VerifyClear = {
  /** Holds `{quality}/seg_00001.ts` and so on. */
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

/**
 * Believes the result and not ffmpeg's exit code: lengths agree, the first segment of every rung is of the size and
 * kind that was planned, and the last one, where a run that went wrong ends, decodes. Encryption decodes one of the
 * middle. Returns what the bitstreams say, by quality. Throws PassingFault: the source was decoded whole, so what is
 * wrong here is wrong with this run.
 */
export async function verifyClear(input: VerifyClear): Promise<ReadonlyMap<Quality, SegmentFacts>> {
  const { directory, plan, rungs, tools, signal, onChecked } = input;
  const measures = rungs.map(({ quality, segments }) => ({
    quality,
    durationSeconds: segments.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0),
    segmentCount: segments.length,
  }));
  const compared = verifyRungs(plan.timeline.durationSeconds, measures);
  if (compared.kind === "refused") throw new PassingFault(compared.reason);

  const facts = new Map<Quality, SegmentFacts>();
  const path = (quality: Quality, number: number) => join(directory, quality, segmentName(number));
  const checks = rungs.flatMap(({ quality, segments }) => [
    async () => {
      facts.set(quality, await inspect(quality, path(quality, 1), plan, tools, signal));
    },
    async () => {
      const result = await decodeCheck(path(quality, segments.length), tools, signal);
      if (result.kind === "decoded" && result.frames !== 0) return;
      const cause = result.kind === "broken" ? result.reason : "no frames";
      throw new PassingFault(`A finished segment of ${quality} does not decode.`, { cause });
    },
  ]);
  let done = 0;
  onChecked(done, checks.length);
  await forEachConcurrently(checks, CHECKS_AT_ONCE, async (check) => {
    signal.throwIfAborted();
    await check();
    done += 1;
    onChecked(done, checks.length);
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
  const facts = await inspectSegment(path, tools, signal);
  const planned = plan.kind === "video" ? plan.rungs.find((rung) => rung.quality === quality) : null;
  if (facts.width !== (planned?.width ?? null) || facts.height !== (planned?.height ?? null)) {
    throw new PassingFault(`${quality} came out as ${facts.width}x${facts.height}.`);
  }
  if (facts.hasAudio !== (plan.audio !== null)) throw new PassingFault(`${quality} came out without its sound.`);
  return facts;
}
