import type { Refusal } from "../../media/refusal.ts";
import { type ChosenClock, chooseClock, clockThresholds } from "../../media/source/choose-clock.ts";
import { ClockReader, type ClockTracks } from "../../media/source/clock-reading.ts";
import { PacketLines } from "../../media/source/packet-lines.ts";
import type { StreamScan } from "../../media/source/packet-scan.ts";
import { type Ask, refuseFailure } from "./ask-tools.ts";
import { listPackets } from "./read-packets.ts";

/** Reads all packets once more, as ffmpeg will with each of a few thresholds for clock steps, and chooses one. */
export async function readClock(
  ask: Ask,
  sourcePath: string,
  tracks: ClockTracks,
  scans: ReadonlyMap<number, StreamScan>,
): Promise<ChosenClock | Refusal> {
  const chosen = [tracks.picture, tracks.sound].flatMap((index) => (index === null ? [] : (scans.get(index) ?? [])));
  const readers = clockThresholds(chosen).map((seconds) => new ClockReader(tracks, seconds));
  const lines = new PacketLines((packet) => {
    for (const reader of readers) reader.packet(packet);
  });
  const refusal = refuseFailure(await listPackets(ask, sourcePath, (chunk) => lines.push(chunk)));
  if (refusal) return refusal;
  lines.end();
  return chooseClock(
    readers.map((reader) => reader.finish()),
    tracks.picture,
  );
}
