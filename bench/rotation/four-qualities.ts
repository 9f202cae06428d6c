import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { segmentName } from "../../shared/domain/part/object-keys.ts";
import type { Quality } from "../../shared/domain/quality/quality.ts";
import { writeMediaPlaylist } from "../../shared/hls/media-playlist.ts";
import type { Ladder } from "../../test/e2e/ready-posts.ts";
import { shiftTimes } from "../../test/fixtures/media/damage-segment.ts";

const SEGMENT_SECONDS = 6;

/** Video in kbit/s: the caps of the ladder, which film comes near to. Sound has 128 more. */
const RATES: readonly (readonly [Quality, number])[] = [
  ["1080p", 5000],
  ["720p", 2800],
  ["480p", 1400],
  ["360p", 800],
];

/**
 * Four qualities of `count` segments with the bytes of a film: noise at the rate of the quality, but in a small picture,
 * which is made in seconds. Each quality has one segment, repeated at later times.
 */
export async function makeFourQualities(ffmpeg: string, directory: string, count: number): Promise<Ladder> {
  const segments = Array.from({ length: count }, (_, index) => ({
    uri: segmentName(index + 1),
    durationSeconds: SEGMENT_SECONDS,
  }));
  const playlist = writeMediaPlaylist({ segments });
  return Promise.all(
    RATES.map(async ([quality, rate]) => {
      const segment = await makeSegment(ffmpeg, join(directory, `${quality}.ts`), rate);
      return {
        quality,
        playlist,
        segments: segments.map((_, index) => shiftTimes(segment, index * SEGMENT_SECONDS * 1000)),
      };
    }),
  );
}

async function makeSegment(ffmpeg: string, path: string, rate: number): Promise<Uint8Array> {
  const picture = `testsrc2=size=320x180:rate=30:duration=${SEGMENT_SECONDS},noise=alls=60:allf=t`;
  await promisify(execFile)(ffmpeg, [
    ...["-hide_banner", "-loglevel", "error", "-nostdin", "-y", "-f", "lavfi", "-i", picture],
    ...["-f", "lavfi", "-i", `sine=sample_rate=48000:duration=${SEGMENT_SECONDS}`, "-pix_fmt", "yuv420p"],
    ...["-c:v", "libx264", "-preset", "ultrafast", "-g", "60", "-b:v", `${rate}k`, "-minrate", `${rate}k`],
    ...["-maxrate", `${rate}k`, "-bufsize", `${rate}k`, "-c:a", "aac", "-b:a", "128k", path],
  ]);
  return readFile(path);
}
