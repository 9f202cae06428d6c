import { type Refusal, refuse } from "../refusal.ts";
import type { ContainerEnd } from "./container-end.ts";
import type { StreamScan } from "./packet-scan.ts";
import type { StreamReport } from "./stream-report.ts";

/** Less than this is how containers round. */
const NOTHING_SECONDS = 0.1;
/** Up to this a film has lost its last moment; beyond, it is another film. Of short clips, a share. */
const MOMENT_SECONDS = 1;
const MOMENT_SHARE = 0.05;

/** What a file lacks of what it promises: a warning, a refusal, or nothing (null). */
export type Incompleteness = { readonly kind: "warning"; readonly sentence: string } | Refusal | null;

/**
 * An MP4 or AVI names every frame in its index, so a file that holds fewer was cut off on its way, and somebody has
 * the rest: it is refused. Transport streams, Matroska and fragmented MP4 are made to be cut anywhere (a recording
 * that was ended by force is all there is): they are converted as far as they go, with a warning.
 */
export function findIncompleteness(
  streams: readonly StreamReport[],
  scans: ReadonlyMap<number, StreamScan>,
  end: ContainerEnd,
): Incompleteness {
  const promised = streams.filter((stream) => stream.nb_frames !== undefined && stream.duration !== undefined);
  if (promised.length === 0) return end === "cut" ? CUT_OFF : null;
  const losses = promised.map((stream) => lossOf(stream, scans.get(stream.index)));
  const worst = losses.reduce((most, loss) => (loss.seconds > most.seconds ? loss : most));
  if (worst.seconds <= NOTHING_SECONDS) return null;
  if (worst.seconds > MOMENT_SECONDS || worst.seconds > worst.of * MOMENT_SHARE) {
    const there = `${(worst.of - worst.seconds).toFixed(1)} of ${worst.of.toFixed(1)} seconds are there`;
    return refuse("source-incomplete", `The file is incomplete: ${there}. Upload it again.`);
  }
  return { kind: "warning", sentence: `The last ${worst.seconds.toFixed(1)} seconds of the file are missing.` };
}

const CUT_OFF: Incompleteness = {
  kind: "warning",
  sentence: "The file was cut off before its end: what is there was converted.",
};

/**
 * Both the count and the length must fall short: an edit list hides frames on purpose (the duration then shrinks with
 * it), and fragmented files without an index claim any duration.
 */
function lossOf({ nb_frames: indexed = 0, duration = 0 }: StreamReport, scan: StreamScan | undefined) {
  const none = { seconds: 0, of: duration };
  if (!scan || scan.packets >= indexed) return none;
  // An edit list may begin with an empty edit: the track waits, and its duration includes the wait.
  const start = Math.min(0, scan.firstSeconds);
  return { seconds: Math.max(0, duration - (scan.endSeconds - start)), of: duration };
}
