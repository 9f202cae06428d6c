import type { ToolResult } from "./run-tool.ts";

/** Beyond the first keyframe: pictures that a decoder holds back. */
const MORE_PACKETS = 64;

/**
 * When the first picture that a decoder shows is due, on the file's own clock; null where it shows none. A file that
 * starts inside a group of pictures begins with packets that refer to what is not there. `ask` runs ffprobe with these
 * arguments after its input guards.
 */
export async function findFirstPicture(
  track: { readonly streamIndex: number; readonly packetsBeforeKeyframe: number },
  input: readonly string[],
  ask: (args: readonly string[]) => Promise<ToolResult>,
): Promise<number | null> {
  const packets = track.packetsBeforeKeyframe + MORE_PACKETS;
  const result = await ask([
    ...["-select_streams", String(track.streamIndex), "-read_intervals", `%+#${packets}`],
    ...["-show_entries", "frame=best_effort_timestamp_time", "-of", "csv=p=0", ...input],
  ]);
  const times = result.stdout.toString("latin1").split("\n").map(Number.parseFloat).filter(Number.isFinite);
  // Decoders show pictures in order: an earlier time further on is that of another clock.
  return times[0] ?? null;
}
