import type { StreamScan } from "./packet-scan.ts";
import type { StreamReport } from "./stream-report.ts";

/** Tracks of one recording start and end together. */
const TOGETHER_SECONDS = 0.1;

/**
 * The track that holds the right channel of a mono track. Cameras and broadcasters store each channel in a track by
 * itself: as PCM, or with channel layouts that say left and right. Mono tracks of other codecs are languages.
 */
export function monoPartner(
  left: StreamReport,
  sounds: readonly StreamReport[],
  scans: ReadonlyMap<number, StreamScan>,
): StreamReport | null {
  if (left.channels !== 1) return null;
  const next = sounds.find(({ index }) => index > left.index);
  return next && isEqual(left, next) && startsAndEndsWith(left, next, scans) ? next : null;
}

function isEqual(left: StreamReport, right: StreamReport): boolean {
  const same = (of: (stream: StreamReport) => unknown) => of(left) === of(right);
  const channels = isLayout(left, "FL") && isLayout(right, "FR");
  return (
    right.channels === 1 &&
    same(({ codec_name }) => codec_name) &&
    same(({ sample_rate }) => sample_rate) &&
    same(({ tags }) => tags?.language) &&
    same(({ disposition }) => JSON.stringify(disposition ?? {})) &&
    (channels || (left.codec_name?.startsWith("pcm_") ?? false))
  );
}

/** ffmpeg writes the layout of a single channel as `FL` or `1 channels (FL)`. */
function isLayout({ channel_layout = "" }: StreamReport, channel: string): boolean {
  return channel_layout === channel || channel_layout.endsWith(`(${channel})`);
}

function startsAndEndsWith(left: StreamReport, right: StreamReport, scans: ReadonlyMap<number, StreamScan>): boolean {
  const [a, b] = [scans.get(left.index), scans.get(right.index)];
  if (!a || !b) return false;
  const apart = [a.firstSeconds - b.firstSeconds, a.endSeconds - b.endSeconds];
  return apart.every((seconds) => Math.abs(seconds) < TOGETHER_SECONDS);
}
