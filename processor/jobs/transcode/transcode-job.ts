import { join } from "node:path";
import type { Progress, WorkOrder } from "../../../shared/application/protocols/job-protocol.ts";
import type { Quality } from "../../../shared/domain/quality/quality.ts";
import { secretId } from "../../../shared/lib/random-id.ts";
import type { DownloadLimits } from "../../adapters/download-url.ts";
import { fetchSource, type Source } from "../../adapters/fetch-source.ts";
import type { SegmentFacts } from "../../adapters/ffmpeg/inspect-segment.ts";
import type { MediaTools } from "../../adapters/ffmpeg/launch.ts";
import { probe } from "../../adapters/ffmpeg/probe.ts";
import { splitPackedSound } from "../../adapters/ffmpeg/split-packed-sound.ts";
import type { JobClient } from "../../adapters/job-client.ts";
import type { ObjectStore } from "../../adapters/object-store.ts";
import type { Traffic } from "../../adapters/traffic.ts";
import type { WorkRoot } from "../../adapters/work-directory.ts";
import { expectedLadderBytes, expectedSoundBytes } from "../../media/encode/disk-need.ts";
import type { Encoding } from "../../media/encode/ffmpeg-arguments.ts";
import { type LadderPlan, planLadder } from "../../media/encode/ladder.ts";
import type { Refusal } from "../../media/refusal.ts";
import type { MediaLimits } from "../../media/source/limits.ts";
import { refuseDuration } from "../../media/source/longest-duration.ts";
import { chaptersOfResult } from "../../media/source/source-chapters.ts";
import { toProbeFacts } from "../../media/source/source-facts.ts";
import { type ClearRung, storeClearLadder } from "../clear-ladder.ts";
import type { JobOutcome, JobRun } from "../loop/job-outcome.ts";
import { requireRoomFor } from "./disk-space.ts";
import { encodeLadder, type StoredRung } from "./encode-ladder.ts";
import { type ImagesOutcome, makeImages, NO_IMAGES } from "./make-images.ts";
import { createSegmentRetention } from "./segment-retention.ts";
import { storeCaptions } from "./store-captions.ts";
import { verifyClear } from "./verify-clear.ts";

export type TranscodeOrder = Extract<WorkOrder, { kind: "TRANSCODE" }>;

export type TranscodeDependencies = {
  readonly client: JobClient;
  readonly source: ObjectStore;
  readonly workRoot: WorkRoot;
  readonly tools: MediaTools;
  readonly encoding: Encoding;
  readonly limits: MediaLimits;
  readonly sourceLimits: DownloadLimits;
  readonly sourceAllowHosts: ReadonlySet<string>;
  readonly uploadConcurrency: number;
  readonly traffic: Traffic;
};

/** The transcode job: the source becomes a verified ladder of clear renditions in the private bucket. */
export async function runTranscodeJob(
  order: TranscodeOrder & { readonly source: Source },
  run: JobRun,
  dependencies: TranscodeDependencies,
): Promise<JobOutcome> {
  const { source, workRoot, tools, limits } = dependencies;
  const { signal, log, report } = run;
  const { clearPrefix } = order;
  await using work = await workRoot.open(order.jobId);

  const destination = join(work.path, "source");
  const fetched = await fetchSource({
    source: order.source,
    destination,
    store: source,
    limits: dependencies.sourceLimits,
    requireRoom: requireRoomFor(workRoot),
    allowHosts: dependencies.sourceAllowHosts,
    signal,
    onProgress: (bytes, total) => report(share("DOWNLOADING", bytes, total)),
  });
  if (fetched.kind === "refused") return fetched;
  dependencies.traffic.received(fetched.bytes);

  report({ stage: "PROBING", percent: 0 });
  const sourcePath = await splitPackedSound({ sourcePath: destination, tools, signal, limits });
  const probed = await probe({ sourcePath, tools, signal, limits, soundOnly: order.resourceType === "AUDIO" });
  if (probed.kind === "refused") return logged(probed, log);
  const plan = planLadder(probed.facts, order.resourceType);
  if ("reason" in plan) return plan;
  const longest = order.source.kind === "upload" ? (order.source.maxDurationSeconds ?? null) : null;
  const tooLong = refuseDuration(plan.timeline.durationSeconds, longest);
  if (tooLong !== null) return tooLong;
  log.info({ bytes: fetched.bytes, clearPrefix, ...planFields(plan) }, "ladder planned");

  report({ stage: "ENCODING", percent: 0 });
  const directory = await work.folder("renditions");
  const decodedSoundBytes = expectedSoundBytes(plan, fetched.bytes);
  if (decodedSoundBytes > 0) await requireRoomFor(workRoot, "decoded sound")(decodedSoundBytes);
  const fits = await workRoot.makeRoom(decodedSoundBytes + expectedLadderBytes(plan, fetched.bytes));
  const retention = createSegmentRetention(fits, async () => (await workRoot.roomBytes()) < 0);
  const encodeInput = {
    ...dependencies,
    store: source,
    sourcePath,
    outputDirectory: directory,
    clearPrefix,
    retention,
  };
  const encoded = await encodeLadder({ ...encodeInput, plan, facts: probed.facts, run });
  if (encoded.kind === "refused") return logged(encoded, log);
  const { rungs, durationSeconds, warnings } = encoded;
  const provedTooLong = refuseDuration(durationSeconds, longest);
  if (provedTooLong !== null) return provedTooLong;

  const imagesOf = async (): Promise<ImagesOutcome> => {
    if (encoded.images === null) return { images: null, warning: plan.kind === "video" ? NO_IMAGES : null };
    const place = { directory, clearPrefix, store: source, id: secretId() };
    return makeImages({ ...place, plan: encoded.images, durationSeconds, tools, run });
  };

  const onChecked = (done: number, total: number) => report(share("VERIFYING", done, total));
  const facts = await verifyClear({ directory, plan, rungs, tools, signal, onChecked });
  const ladder = rungs.map((rung) => clearRung(rung, facts, plan));
  const { images, warning } = await imagesOf();
  const variants = await storeClearLadder(ladder, { directory, clearPrefix, store: source }, signal);
  if (retention.keepsAll()) await workRoot.keep(clearPrefix, directory);

  const texts = await storeCaptions({
    ...{ sourcePath, workPath: work.path, plan, facts: probed.facts, durationSeconds },
    ...{ tools, limits, signal, clearPrefix, store: source },
  });
  const { captions } = texts;
  const shiftSeconds = plan.timeline.offsetSeconds - probed.facts.originSeconds;
  const chapters = chaptersOfResult(probed.facts.chapters, shiftSeconds, durationSeconds);

  const probeFacts = toProbeFacts(probed.facts);
  const sentences = [...plan.warnings, ...warnings, ...(warning === null ? [] : [warning]), ...texts.warnings]
    .slice(0, 50)
    .map((sentence) => sentence.slice(0, 500));
  return {
    kind: "done",
    record: async (last) => {
      const result = {
        durationSeconds,
        probe: probeFacts,
        warnings: sentences,
        variants,
        images,
        captions,
        chapters: [...chapters],
      };
      await dependencies.client.recordTranscode(order, result, last);
    },
  };
}

/** An editor reads the reason; the output of the tools is for the log. */
function logged(refusal: Refusal, log: JobRun["log"]): Refusal {
  if (refusal.detail !== undefined) log.info({ detail: refusal.detail }, "tool output");
  return refusal;
}

/** A rung with what its first segment shows. */
function clearRung(
  { quality, segments }: StoredRung,
  facts: ReadonlyMap<Quality, SegmentFacts>,
  plan: LadderPlan,
): ClearRung {
  const found = facts.get(quality);
  if (!found) throw new Error(`${quality} was not inspected`);
  const { width, height, codecs } = found;
  // The planned frame rate is exact: timestamps of 90 kHz show a rounded one.
  return { quality, segments, width, height, codecs, frameRate: plan.frameRate };
}

function planFields({ kind, rungs, frameRate, timeline }: LadderPlan): Record<string, unknown> {
  return { ladder: kind, qualities: rungs.map(({ quality }) => quality), frameRate, seconds: timeline.durationSeconds };
}

function share(stage: Progress["stage"], done: number, total: number | null): Progress {
  return { stage, percent: total ? Math.min(100, (100 * done) / total) : 0 };
}
