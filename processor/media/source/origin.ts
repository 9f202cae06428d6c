import type { Report, StreamReport } from "./stream-report.ts";

/** Demuxers whose clock may step (AVFMT_TS_DISCONT in ffmpeg): a step elsewhere is a still picture or silence. */
export function clockMayStep(container: string): boolean {
  return /^(mpegts|mpeg|ogg)$/.test(container);
}

/** Of these, clocks of 33 bits, whose start ffmpeg corrects for the tracks that are used. */
export function countsChosenTracks(container: string): boolean {
  return /^(mpegts|mpeg)$/.test(container);
}

/** Where ffmpeg puts zero on the clock of a file: at its first packet, or at the first packet of the tracks in use. */
export function findOrigin({ format }: Report, chosen: readonly StreamReport[]): { origin: number; shift: number } {
  const start = format?.start_time ?? 0;
  const starts = chosen.flatMap(({ start_time }) => start_time ?? []);
  if (!countsChosenTracks(format?.format_name ?? "") || starts.length === 0) return { origin: start, shift: 0 };
  const origin = Math.max(start, Math.min(...starts));
  return { origin, shift: origin - start };
}
