import { open } from "node:fs/promises";
import { damagedSound, skippedSound } from "../../media/source/lost-sound.ts";
import { PACKET_ENTRIES } from "../../media/source/packet-lines.ts";
import { PacketScanner, type StreamScan } from "../../media/source/packet-scan.ts";
import { FrameBytes, soundBytes, tellingSeconds } from "../../media/source/skipped-sound.ts";
import type { SourceFacts } from "../../media/source/source-facts.ts";
import { fileBytes } from "../file-bytes.ts";
import { type Ask, inputOf } from "./ask-tools.ts";
import { decodeStrictly } from "./sound-check.ts";

/** Containers that hold each frame by itself, and codecs whose packets ffmpeg checks before it passes them on. */
const FRAMED = /mp4|matroska|flv/;
const CHECKED_PACKETS = ["mp1", "mp2", "mp3", "ac3", "eac3"];
/** Its header has the number of all samples. */
const COUNTS_SAMPLES = "flac";
/** Their decoders replace what is damaged by what came before. */
const CONCEALING = ["ac3", "eac3"];

export type SoundTrack = { readonly streamIndex: number; readonly codec: string; readonly container: string };

/** What packets last together that are in the file and that ffmpeg drops before it decodes. */
export async function droppedSeconds(
  { streamIndex, codec, container }: SoundTrack,
  scan: StreamScan | undefined,
  ask: Ask,
  sourcePath: string,
): Promise<number> {
  if (!scan || scan.packets < 2 || !FRAMED.test(container) || !CHECKED_PACKETS.includes(codec)) return 0;
  const scanner = new PacketScanner({ timesOf: new Set(), maxTimes: 0 });
  const track = ["-fflags", "+noparse", "-select_streams", String(streamIndex)];
  const args = [...track, "-show_entries", PACKET_ENTRIES, "-of", "csv=p=0", ...inputOf(sourcePath)];
  const listed = await ask("ffprobe", args, (chunk) => scanner.push(chunk.toString("latin1")));
  const stored = scanner.finish().get(streamIndex);
  if (listed.code !== 0 || !stored) return 0;
  return Math.max(0, stored.packets - scan.packets) * (scan.coveredSeconds / (scan.packets - 1));
}

/** Adds a warning where a decoder hides damage, or where damage makes a file of sound shorter. */
export async function withSoundDamage(
  facts: SourceFacts,
  { complaints, scans }: { readonly complaints: readonly string[]; readonly scans: ReadonlyMap<number, StreamScan> },
  ask: Ask,
  sourcePath: string,
): Promise<SourceFacts> {
  const { audio, container, headerDuration } = facts;
  if (!audio) return facts;
  const covered = scans.get(audio.streamIndex)?.coveredSeconds ?? 0;
  const skipped =
    container === COUNTS_SAMPLES
      ? tellingSeconds((headerDuration ?? 0) - covered, covered)
      : await skippedSeconds(container, ask, sourcePath);
  const hidden = complaints.length > 0 && CONCEALING.includes(audio.codec);
  const sound = hidden
    ? await decodeStrictly(audio.streamIndex, inputOf(sourcePath), (args) => ask("ffmpeg", args))
    : null;
  const damaged = sound === null ? null : damagedSound(scans.get(audio.streamIndex), sound);
  const sentences = [skipped === null ? null : skippedSound(skipped), damaged].filter((text) => text !== null);
  return { ...facts, warnings: [...facts.warnings, ...sentences] };
}

async function skippedSeconds(container: string, ask: Ask, sourcePath: string): Promise<number | null> {
  const frames = FrameBytes.of(container);
  if (!frames) return null;
  const args = ["-select_streams", "a:0", "-show_entries", "packet=duration_time,size", "-of", "csv=p=0"];
  const listed = await ask("ffprobe", [...args, ...inputOf(sourcePath)], (chunk) =>
    frames.push(chunk.toString("latin1")),
  );
  if (listed.code !== 0) return null;
  await using file = await open(sourcePath);
  return frames.finish(await soundBytes(await fileBytes(file)));
}
