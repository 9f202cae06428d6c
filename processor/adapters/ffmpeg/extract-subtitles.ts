import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { cuesWithin } from "../../../shared/webvtt/move-cues.ts";
import { parseWebVtt } from "../../../shared/webvtt/parse-webvtt.ts";
import { MOST_TEXT_BYTES, type TextTrack } from "../../../shared/webvtt/text-track.ts";
import { inputOptions } from "../../media/encode/ffmpeg-arguments.ts";
import type { LadderPlan } from "../../media/encode/ladder.ts";
import { convertTimeout, type MediaLimits } from "../../media/source/limits.ts";
import type { SourceFacts } from "../../media/source/source-facts.ts";
import type { SourceSubtitles } from "../../media/source/text-subtitles.ts";
import { inspectFfmpeg } from "./capabilities.ts";
import { blamesMachine, machineFault } from "./failure-reason.ts";
import type { MediaTools } from "./launch.ts";
import { runTool } from "./run-tool.ts";

export type SubtitlesRequest = {
  readonly sourcePath: string;
  /** Is created; files come to be in it. */
  readonly directory: string;
  readonly plan: LadderPlan;
  readonly facts: SourceFacts;
  /** Of the result. */
  readonly durationSeconds: number;
  readonly tools: MediaTools;
  readonly limits: MediaLimits;
  readonly signal: AbortSignal;
};

export type ExtractedSubtitles = {
  readonly found: readonly { readonly subtitles: SourceSubtitles; readonly track: TextTrack }[];
  /** Those of which nothing could be made. */
  readonly lost: readonly SourceSubtitles[];
};

/**
 * Text subtitles of the source as cues on the clock of the ladder. One reading of the file makes all; where that fails,
 * each track gets its own, so that a damaged one takes no other along. Nothing here fails the job but a machine.
 */
export async function extractSubtitles(request: SubtitlesRequest): Promise<ExtractedSubtitles> {
  const { subtitles } = request.facts;
  if (subtitles.length === 0) return { found: [], lost: [] };
  await mkdir(request.directory, { recursive: true });
  if (!(await convert(request, subtitles)) && subtitles.length > 1) {
    for (const one of subtitles) await convert(request, [one]);
  }
  const read = await Promise.all(subtitles.map(async (one) => ({ subtitles: one, track: await cuesOf(request, one) })));
  return {
    found: read.flatMap(({ subtitles: one, track }) => (track === null ? [] : { subtitles: one, track })),
    lost: read.flatMap(({ subtitles: one, track }) => (track === null ? [one] : [])),
  };
}

/** False where ffmpeg complains: what it wrote until then is still read. */
async function convert(request: SubtitlesRequest, tracks: readonly SourceSubtitles[]): Promise<boolean> {
  const { plan, facts, sourcePath, directory, tools, limits, signal } = request;
  const capabilities = await inspectFfmpeg(tools.ffmpeg);
  const outputs = tracks.flatMap(({ streamIndex }) => [
    ...["-map", `0:${streamIndex}`, "-c:s", "webvtt", "-map_metadata", "-1", "-map_chapters", "-1"],
    // A file of subtitles alone may be as large as a film.
    ...["-fs", String(2 * MOST_TEXT_BYTES), "-f", "webvtt", fileName(streamIndex)],
  ]);
  const made = await runTool({
    command: tools.ffmpeg,
    args: [...inputOptions({ plan, reading: facts.reading, limits }), "-i", `file:${sourcePath}`, "-y", ...outputs],
    signal,
    timeoutSeconds: convertTimeout(plan.timeline.durationSeconds, limits),
    workingDirectory: directory,
    guard: { ...capabilities, memoryBytes: limits.memoryBytes },
  });
  if (made.code !== 0 && blamesMachine(made.code, made.stderr)) throw machineFault(made, made.stderr);
  return made.code === 0;
}

async function cuesOf({ directory, durationSeconds }: SubtitlesRequest, { streamIndex }: SourceSubtitles) {
  const bytes = await readFile(join(directory, fileName(streamIndex))).catch(() => null);
  if (bytes === null || bytes.byteLength > MOST_TEXT_BYTES) return null;
  const parsed = parseWebVtt(new TextDecoder().decode(bytes).replaceAll("\0", "\ufffd"), { onFault: "skip" });
  if (parsed.kind === "refused") return null;
  const track = cuesWithin(parsed.track, 0, Math.round(durationSeconds * 1000));
  return track.cues.length === 0 ? null : track;
}

function fileName(streamIndex: number): string {
  return `${streamIndex}.vtt`;
}
