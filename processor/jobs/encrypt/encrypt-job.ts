import { createHash } from "node:crypto";
import type { ContentKeys } from "../../../shared/application/protocols/job-protocol.ts";
import { segmentKey } from "../../../shared/domain/part/object-keys.ts";
import type { Quality } from "../../../shared/domain/quality/quality.ts";
import { base64Decode } from "../../../shared/lib/base64.ts";
import type { JobClient } from "../../adapters/job-client.ts";
import type { ObjectStore } from "../../adapters/object-store.ts";
import type { WorkRoot } from "../../adapters/work-directory.ts";
import { ScratchBuffers } from "../../media/segments/scratch-buffers.ts";
import { encryptSegment } from "../../media/segments/segment-cipher.ts";
import type { MediaCheck } from "../../media/verify/media-check.ts";
import { RetryableError, VerificationFault } from "../../retryable-error.ts";
import { forEachConcurrently } from "../concurrent-tasks.ts";
import type { JobOutcome, JobRun } from "../loop/job-outcome.ts";
import { CIPHERTEXT_SEGMENT } from "../object-headers.ts";
import { stageProgress } from "../rung-progress.ts";
import { createClearCheck, refuseClear, refuseLengths } from "./clear-check.ts";
import { readClearPlaylist } from "./clear-playlist.ts";
import { type ClearRenditions, openClearRenditions } from "./clear-renditions.ts";
import { storeEncryptedPlaylists } from "./encrypted-playlists.ts";
import type { EncryptedRung, EncryptOrder } from "./encrypted-rung.ts";
import { type DecodeSegment, verifyEncrypted } from "./verify-encrypted.ts";

export type EncryptDependencies = {
  readonly client: JobClient;
  readonly source: ObjectStore;
  readonly playback: ObjectStore;
  readonly workRoot: WorkRoot;
  readonly decodeSegment: DecodeSegment;
};

/** Segments in memory at once; each is held clear and encrypted for as long as its upload takes. */
const SEGMENTS_AT_ONCE = 4;

/** The encrypt job: each quality of the clear renditions becomes verified ciphertext under its own key, with playlists. */
export async function runEncryptJob(
  order: EncryptOrder,
  run: JobRun,
  dependencies: EncryptDependencies,
): Promise<JobOutcome> {
  const { client, source, playback, workRoot, decodeSegment } = dependencies;
  const { signal, log } = run;
  const contentKeys = await client.keys(order, signal);
  const { encryptedPrefix, keyVersion } = contentKeys;
  await using clear = await openClearRenditions(order.clearPrefix, workRoot, source, signal);
  log.info({ encryptedPrefix, keyVersion, origin: clear.origin }, "encrypting");
  const rungs = await planRungs(order, contentKeys, clear);
  const unequal = refuseLengths(order, rungs);
  if (unequal) return unequal;

  const scratch = new ScratchBuffers();
  const check = createClearCheck(order.variants);
  await encryptRungs(rungs, encryptedPrefix, clear, playback, scratch, check, run);
  log.info({ checkCpuMs: check.cpuMicroseconds / 1000 }, "media checked");
  const refused = refuseClear(check, rungs);
  if (refused) return refused;
  const variants = await storeEncryptedPlaylists(rungs, encryptedPrefix, source, signal);

  await using work = await workRoot.open(order.jobId);
  run.report({ stage: "VERIFYING", percent: 0 });
  const folder = work.path;
  const verified = await verifyEncrypted({ encryptedPrefix, rungs, playback, folder, decodeSegment, scratch, run });
  if (verified) return verified;
  return {
    kind: "done",
    record: (last) => client.recordEncrypt(order, { keyVersion, variants }, last),
  };
}

async function planRungs(
  order: EncryptOrder,
  { keys }: ContentKeys,
  clear: ClearRenditions,
): Promise<readonly EncryptedRung[]> {
  return Promise.all(
    order.variants.map(async (variant) => {
      const found = keys.find(({ quality }) => quality === variant.quality);
      if (!found) throw new RetryableError("internal", `There is no key for ${variant.quality}.`);
      const durations = readClearPlaylist(await clear.playlist(variant.quality));
      if (durations.length !== variant.segmentCount) {
        throw new VerificationFault(
          `${variant.quality} has ${durations.length} clear segments instead of ${variant.segmentCount}.`,
        );
      }
      return { variant, durations, key: base64Decode(found.key), keyUri: found.keyUri, sizes: [], ...UNREAD };
    }),
  );
}

const UNREAD = { clearBytes: 0, lastDigest: null };

/** Ends early where the check fails: what is broken is not stored any further. */
async function encryptRungs(
  rungs: readonly EncryptedRung[],
  prefix: string,
  clear: ClearRenditions,
  playback: ObjectStore,
  scratch: ScratchBuffers,
  check: MediaCheck,
  { signal, report }: JobRun,
): Promise<void> {
  const planned = new Map(rungs.map(({ variant, durations }) => [variant.quality, durations.length]));
  const made = new Map<Quality, number>();
  report(stageProgress("ENCRYPTING", { planned, made }));
  await forEachConcurrently(segmentsOf(rungs), SEGMENTS_AT_ONCE, async ({ rung, index }) => {
    signal.throwIfAborted();
    if (check.failure) return;
    const { quality } = rung.variant;
    const segment = await clear.segment(quality, index + 1, scratch.take);
    check.read(quality, index, segment, { startSeconds: null, durationSeconds: rung.durations[index] ?? null });
    rung.clearBytes += segment.length;
    if (index === rung.durations.length - 1) rung.lastDigest = createHash("sha256").update(segment).digest();
    const ciphertext = encryptSegment(segment, rung.key, index, scratch.take);
    scratch.giveBack(segment);
    await playback.putBytes(segmentKey(prefix, quality, index + 1), ciphertext, CIPHERTEXT_SEGMENT, signal);
    rung.sizes[index] = ciphertext.length;
    scratch.giveBack(ciphertext);
    made.set(quality, (made.get(quality) ?? 0) + 1);
    report(stageProgress("ENCRYPTING", { planned, made }));
  });
}

/** `index` counts from 0: it is the media sequence number, and so the IV, of the segment whose name counts from 1. */
function* segmentsOf(rungs: readonly EncryptedRung[]): Generator<{ rung: EncryptedRung; index: number }> {
  for (const rung of rungs) for (const index of rung.durations.keys()) yield { rung, index };
}
