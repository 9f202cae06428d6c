import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { readClearPlaylist } from "../../processor/jobs/encrypt/clear-playlist.ts";
import type { TranscodeReport } from "../../shared/application/protocols/job-protocol.ts";
import { mediaPlaylistKey, segmentKey, segmentName } from "../../shared/domain/part/object-keys.ts";
import { writeMediaPlaylist } from "../../shared/hls/media-playlist.ts";
import { shiftTimes } from "../../test/fixtures/media/damage-segment.ts";

type Ladder = Pick<TranscodeReport, "variants" | "durationSeconds">;

/**
 * Clear renditions of an hour from those of a minute: the segments repeated at later times, but for the last, which is
 * short.
 */
export async function lengthenLadder(
  ladder: Ladder,
  bucket: string,
  from: string,
  to: string,
  count: number,
): Promise<Ladder> {
  const variants = [];
  let durationSeconds = 0;
  for (const variant of ladder.variants) {
    const { quality } = variant;
    const durations = readClearPlaylist(await readFile(join(bucket, mediaPlaylistKey(from, quality)), "utf8"));
    const whole = durations.slice(0, -1);
    const segments = Array.from({ length: count }, (_, index) => ({
      uri: segmentName(index + 1),
      durationSeconds: whole[index % whole.length]!,
    }));
    await mkdir(dirname(join(bucket, segmentKey(to, quality, 1))), { recursive: true });
    const minute = whole.reduce((sum, duration) => sum + duration, 0);
    let bytes = 0;
    for (const index of segments.keys()) {
      const source = await readFile(join(bucket, segmentKey(from, quality, (index % whole.length) + 1)));
      const moved = shiftTimes(source, Math.round(Math.floor(index / whole.length) * minute * 1000));
      await writeFile(join(bucket, segmentKey(to, quality, index + 1)), moved);
      bytes += moved.length;
    }
    await writeFile(join(bucket, mediaPlaylistKey(to, quality)), writeMediaPlaylist({ segments }));
    durationSeconds = segments.reduce((sum, segment) => sum + segment.durationSeconds, 0);
    variants.push({ ...variant, segmentCount: count, bytes });
  }
  return { variants, durationSeconds };
}
