import { segmentName } from "../../../shared/domain/part/object-keys.ts";
import { parsePlaylist } from "../../../shared/hls/parse.ts";
import { RetryableError } from "../../retryable-error.ts";

/**
 * Durations in seconds of the segments that a clear media playlist of ours names, first to last. Throws RetryableError
 * for anything that we have not written.
 */
export function readClearPlaylist(text: string): number[] {
  const parsed = parsePlaylist(text);
  if (parsed.kind === "broken" || parsed.playlist.kind !== "media") throw broken();
  const durations: number[] = [];
  let duration: number | null = null;
  let ended = false;
  for (const line of parsed.playlist.lines) {
    if (line.type === "tag" && line.name === "EXT-X-ENDLIST") ended = true;
    if (line.type === "tag" && line.name === "EXTINF" && line.value.form === "text") {
      duration = Number.parseFloat(line.value.text);
    }
    if (line.type !== "uri") continue;
    // Sequence numbers are IVs: segments out of order would become noise.
    if (line.text !== segmentName(durations.length + 1) || duration === null || !(duration > 0)) throw broken();
    durations.push(duration);
    duration = null;
  }
  if (!ended || durations.length === 0) throw broken();
  return durations;
}

function broken(): RetryableError {
  return new RetryableError("storage-unavailable", "A playlist of the clear renditions cannot be read.");
}
