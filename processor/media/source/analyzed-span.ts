import type { StreamScan } from "./packet-scan.ts";
import { ANALYZED_SPAN, type AnalyzedSpan } from "./source-facts.ts";
import { isPicture, isSound, parseReport, type StreamReport } from "./stream-report.ts";

/** ffmpeg holds in memory what it analyzes. */
const MOST_BYTES = 512 * 2 ** 20;

/**
 * How much of a file must be analyzed to see the parameters of a track whose packets come later than is usual; null
 * where every track shows its own, and where more of the file would not help.
 */
export function widerSpan(
  report: unknown,
  scans: ReadonlyMap<number, StreamScan>,
  fileBytes: number,
): AnalyzedSpan | null {
  const { streams = [], format } = parseReport(report) ?? {};
  const hidden = streams.filter((stream) => !showsParameters(stream));
  const starts = hidden.flatMap(({ index }) => scans.get(index)?.firstSeconds ?? []);
  const seconds = Math.max(0, ...starts.map((start) => start - (format?.start_time ?? 0)));
  const late = seconds > ANALYZED_SPAN.seconds / 2 || fileBytes > ANALYZED_SPAN.bytes;
  if (starts.length === 0 || !late) return null;
  return {
    seconds: Math.ceil(seconds) + ANALYZED_SPAN.seconds,
    bytes: Math.min(Math.max(fileBytes, ANALYZED_SPAN.bytes), MOST_BYTES),
  };
}

function showsParameters(stream: StreamReport): boolean {
  if (isSound(stream)) return (stream.sample_rate ?? 0) > 0 && (stream.channels ?? 0) > 0;
  return !isPicture(stream) || ((stream.width ?? 0) > 0 && (stream.height ?? 0) > 0);
}
