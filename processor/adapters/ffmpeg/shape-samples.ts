import { type PictureShape, pixelAspect } from "../../media/source/picture-shape.ts";

const SECONDS_PER_SAMPLE = 2;
const MAX_SAMPLES = 12;
/** Read at each place, to find a keyframe in a transport stream. */
const READ_SECONDS = 1.5;

/**
 * The arguments of an ffprobe that decodes the keyframes at a few places of a track: its picture may change shape
 * (joined recordings, broadcasts, calls), and headers only say how it starts.
 */
export function shapeSampleArguments(streamIndex: number, span: { readonly from: number; readonly to: number }) {
  const seconds = Math.max(0, span.to - span.from);
  const count = Math.max(1, Math.min(MAX_SAMPLES, Math.floor(seconds / SECONDS_PER_SAMPLE)));
  const places = Array.from({ length: count }, (_, i) => span.from + (seconds * i) / count);
  return [
    ...["-skip_frame", "nokey", "-select_streams", String(streamIndex)],
    ...["-read_intervals", places.map((place) => `${place.toFixed(3)}%+${READ_SECONDS}`).join(",")],
    ...["-show_entries", "frame=width,height,sample_aspect_ratio", "-of", "csv=p=0"],
  ];
}

/** What that ffprobe printed; lines of other kinds (side data) are skipped. */
export function readShapeSamples(stdout: string): PictureShape[] {
  return stdout.split("\n").flatMap((line) => {
    const [width, height, aspect] = line.split(",");
    const size = { width: Number(width), height: Number(height) };
    if (!(size.width > 0 && size.height > 0)) return [];
    return [{ ...size, sampleAspectRatio: pixelAspect(aspect) }];
  });
}
