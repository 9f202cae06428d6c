import { type Refusal, refuse } from "../refusal.ts";
import type { StreamScan } from "./packet-scan.ts";
import type { StreamReport } from "./stream-report.ts";

/** Packets of a track that begins where another ends: fewer are a remnant. */
const REMNANT_PACKETS = 10;

/**
 * Joined files may continue in other tracks, which begin after the chosen ones have ended: chained Ogg, transport
 * streams whose codecs change; or in the same tracks, in another codec. What is chosen is then a part of the film, and nobody would miss the rest.
 */
export function refuseContinuation(
  streams: readonly StreamReport[],
  chosen: readonly StreamReport[],
  { scans, retyped }: { scans: ReadonlyMap<number, StreamScan>; retyped?: ReadonlySet<number> },
): Refusal | null {
  if (chosen.some(({ id }) => id !== undefined && retyped?.has(Number(id))))
    return refuse("mixed-recordings", OTHER_KIND_FOLLOWS);
  const ends = chosen.flatMap(({ index }) => scans.get(index)?.lastNumber ?? []);
  if (ends.length === 0) return null;
  const end = Math.max(...ends);
  const used = new Set(chosen.map(({ index }) => index));
  const known = new Map(streams.map((stream) => [stream.index, stream]));
  const follows = [...scans].some(
    ([index, { firstNumber, packets }]) =>
      !used.has(index) &&
      firstNumber > end - REMNANT_PACKETS &&
      packets >= REMNANT_PACKETS &&
      isMedia(known.get(index)),
  );
  return follows ? refuse("mixed-recordings", OTHER_KIND_FOLLOWS) : null;
}

/** A track that appears so late that the headers do not name it is one of a joined file. */
function isMedia(stream: StreamReport | undefined): boolean {
  return !stream || stream.codec_type === "video" || stream.codec_type === "audio";
}

export const OTHER_KIND_FOLLOWS =
  "The file was joined from recordings of different kinds, of which only the first could be read. Convert each to MP4 with H.264 and AAC, join them in a video editor, and upload the result.";
