import { type Refusal, refuse } from "../../media/refusal.ts";
import { widerSpan } from "../../media/source/analyzed-span.ts";
import { OTHER_KIND_FOLLOWS } from "../../media/source/joined-tracks.ts";
import type { MediaLimits } from "../../media/source/limits.ts";
import { PACKET_ENTRIES } from "../../media/source/packet-lines.ts";
import { PacketScanner, type StreamScan, shownFrom } from "../../media/source/packet-scan.ts";
import type { ProbeInput } from "../../media/source/probe-report.ts";
import { ANALYZED_SPAN, type AnalyzedSpan } from "../../media/source/source-facts.ts";
import { pictureIndexes } from "../../media/source/stream-report.ts";
import { type Ask, asker, fileSize, inputOf, refuseFailure } from "./ask-tools.ts";
import { findFirstPicture } from "./first-picture.ts";
import type { ProbeRequest } from "./probe-request.ts";
import type { ToolResult } from "./run-tool.ts";

/** What ffprobe says of the headers and of all packets. */
export type Reading = Pick<ProbeInput, "report" | "scans"> & { readonly ask: Ask; readonly analyzed: AnalyzedSpan };

/** Reads the file, and once more with a longer look where a track begins late and its parameters with it. */
export async function readPackets(
  request: ProbeRequest,
  limits: MediaLimits,
  folder: string,
): Promise<Reading | Refusal> {
  const reading = await readOnce(request, limits, folder, ANALYZED_SPAN);
  if ("reason" in reading) return reading;
  const wider = widerSpan(reading.report, reading.scans, await fileSize(request.sourcePath));
  return wider ? await readOnce(request, limits, folder, wider) : reading;
}

async function readOnce(
  request: ProbeRequest,
  limits: MediaLimits,
  folder: string,
  analyzed: AnalyzedSpan,
): Promise<Reading | Refusal> {
  const { sourcePath } = request;
  const ask = await asker(request, limits, folder, analyzed);
  const question = [
    "-show_format",
    "-show_programs",
    "-show_streams",
    "-show_chapters",
    "-of",
    "json",
    ...inputOf(sourcePath),
  ];
  const headers = await ask("ffprobe", question);
  const isSilentFailure = headers.code !== 0 && headers.stderr.every((line) => line === "");
  // ffprobe calls it a warning that it cannot open a decoder, and ends.
  const refusal = refuseFailure(isSilentFailure ? await ask("ffprobe", ["-v", "warning", ...question]) : headers);
  if (refusal) return refusal;
  const report: unknown = JSON.parse(headers.stdout.toString("utf8"));
  const timesOf = pictureIndexes(report);
  const scans = await scanPackets(ask, sourcePath, new PacketScanner({ timesOf, maxTimes: limits.maxFrames + 1 }));
  return "reason" in scans ? scans : { ask, report, scans, analyzed };
}

const LONGEST_GROUP = 600;

/** Of each picture that starts inside a group of pictures, when the first one is due that a decoder shows. */
export async function findFirstPictures({ ask, report, scans }: Reading, sourcePath: string) {
  const found = new Map<number, number>();
  for (const streamIndex of pictureIndexes(report)) {
    const scan = scans.get(streamIndex);
    // Without a single keyframe, as many packets are tried as a group of pictures may have.
    const packetsBeforeKeyframe = scan?.packetsBeforeKeyframe ?? LONGEST_GROUP;
    if (!scan || packetsBeforeKeyframe === 0) continue;
    const track = { streamIndex, packetsBeforeKeyframe };
    const first = await findFirstPicture(track, inputOf(sourcePath), (args) => ask("ffprobe", args));
    if (first !== null) found.set(streamIndex, first);
  }
  return found;
}

export function shownOnly(scans: ReadonlyMap<number, StreamScan>, firstPictures: ReadonlyMap<number, number>) {
  const shown = new Map(scans);
  for (const [index, seconds] of firstPictures) {
    const scan = scans.get(index);
    if (scan) shown.set(index, shownFrom(scan, seconds));
  }
  return shown;
}

async function scanPackets(
  ask: Ask,
  sourcePath: string,
  scanner: PacketScanner,
): Promise<ReadonlyMap<number, StreamScan> | Refusal> {
  const result = await listPackets(ask, sourcePath, (chunk) => scanner.push(chunk));
  if (result.stderr.some((line) => JOINED_STREAM.test(line))) return refuse("mixed-recordings", OTHER_KIND_FOLLOWS);
  return refuseFailure(result) ?? scanner.finish();
}

/** A chained Ogg file with pictures: ffmpeg stops where the second chain begins, and reports no failure. */
const JOINED_STREAM = /failed to create or replace stream/;

export function listPackets(ask: Ask, sourcePath: string, onText: (chunk: string) => void): Promise<ToolResult> {
  const args = ["-show_entries", PACKET_ENTRIES, "-of", "csv=p=0", ...inputOf(sourcePath)];
  return ask("ffprobe", args, (chunk) => onText(chunk.toString("latin1")));
}
