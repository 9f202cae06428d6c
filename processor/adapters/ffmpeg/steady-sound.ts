import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { inputGuards, inputOptions, type SteadySound } from "../../media/encode/ffmpeg-arguments.ts";
import { readAlong, steadyFilters } from "../../media/encode/filter-graph.ts";
import type { LadderPlan } from "../../media/encode/ladder.ts";
import { type Refusal, refuse } from "../../media/refusal.ts";
import { AAC_COPY_OUTPUT } from "../../media/source/aac-copy.ts";
import { convertTimeout, DEFAULT_MEDIA_LIMITS, type MediaLimits } from "../../media/source/limits.ts";
import { clockMayStep } from "../../media/source/origin.ts";
import type { SourceFacts } from "../../media/source/source-facts.ts";
import { inspectFfmpeg } from "./capabilities.ts";
import { correctAacCopy } from "./correct-aac-copy.ts";
import { blamesMachine, machineFault, refuseFile } from "./failure-reason.ts";
import type { MediaTools } from "./launch.ts";
import { runTool, type ToolResult } from "./run-tool.ts";

export type SteadySoundRequest = {
  readonly sourcePath: string;
  readonly plan: LadderPlan;
  readonly facts: SourceFacts;
  readonly tools: MediaTools;
  readonly signal: AbortSignal;
  readonly limits?: MediaLimits;
};

/** Keeps time stamps in the file above zero, where the sound leads the picture. */
const LEAD_SECONDS = 60;

/**
 * Sound that changes its format, decoded to a file that does not. ffmpeg rebuilds its filters at each change, and what
 * they fill, cut or hold back is lost: from this file they can run from start to end. Null where no file is needed.
 */
export async function makeSteadySound(request: SteadySoundRequest): Promise<SteadySound | Refusal | null> {
  const { plan, sourcePath, tools, signal, limits = DEFAULT_MEDIA_LIMITS } = request;
  // Two mono tracks that make one sound are joined in the main graph.
  if (!plan.audio?.changesFormat || plan.audio.rightStreamIndex !== null) return null;
  const path = `${sourcePath}.sound`;
  const capabilities = await inspectFfmpeg(tools.ffmpeg);
  const readAlong = plan.kind === "video" && clockMayStep(request.facts.container);
  if (readAlong && !capabilities.sinkGraphs) return refuse("mixed-recordings", NOT_TOGETHER);
  const guard = { ...capabilities, memoryBytes: limits.memoryBytes };
  const run = (command: string, args: readonly string[]) => {
    const timeoutSeconds = convertTimeout(plan.timeline.durationSeconds, limits);
    return runTool({
      command,
      args: ["-v", "error", ...args],
      signal,
      timeoutSeconds,
      workingDirectory: dirname(path),
      guard,
    });
  };
  const made = await decodeSteady(request, path, limits, (args) => run(tools.ffmpeg, args));
  if (made.timedOut)
    return refuse(
      "took-too-long",
      "The sound could not be converted in time. Export the file in parts, and upload those.",
    );
  if (made.code !== 0) {
    if (blamesMachine(made.code, made.stderr)) throw machineFault(made, made.stderr);
    return refuseFile("The sound could not be converted", made.stderr);
  }
  const asked = await run(tools.ffprobe, ["-show_entries", "format=start_time", "-of", "csv=p=0", `file:${path}`]);
  const start = Number.parseFloat(asked.stdout.toString("latin1"));
  if (!Number.isFinite(start)) throw new Error(`the sound of ${sourcePath} has no start`);
  return { path, startSeconds: start - LEAD_SECONDS, readAlong };
}

const NOT_TOGETHER =
  "The sound changes its format on the way, and the operator's ffmpeg cannot keep it together with the picture. Export the file with one format of sound, or as MP4.";

async function decodeSteady(
  request: SteadySoundRequest,
  path: string,
  limits: MediaLimits,
  run: (args: readonly string[]) => Promise<ToolResult>,
): Promise<ToolResult> {
  const { hiddenChannels } = request.plan.audio ?? {};
  if (!hiddenChannels) return await run(steadyArguments(request, path, limits));
  const copyPath = `${request.sourcePath}.aac`;
  const copied = await run(copyArguments(request, copyPath, limits));
  if (copied.timedOut || copied.code !== 0) return copied;
  await correctAacCopy(copyPath, hiddenChannels);
  const decoded = await run(correctedArguments(copyPath, path, limits));
  await rm(copyPath);
  return decoded;
}

function steadyArguments(request: SteadySoundRequest, path: string, limits: MediaLimits): string[] {
  const { plan, facts, sourcePath } = request;
  return [
    ...[...inputOptions({ plan, reading: facts.reading, limits }), "-y", "-i", `file:${sourcePath}`],
    ...["-map", `0:${plan.audio?.streamIndex}`, "-af", steadyFilters(), "-c:a", "pcm_s16le"],
    ...["-output_ts_offset", String(LEAD_SECONDS), "-f", "nut", `file:${path}`],
    ...(plan.kind === "video" ? pictureAlong(plan.source.streamIndex, facts) : []),
  ];
}

/** A copy of the sound on the clock of the ladder, whose frames have headers that can be corrected. */
function copyArguments({ plan, facts, sourcePath }: SteadySoundRequest, copyPath: string, limits: MediaLimits) {
  return [
    ...[...inputOptions({ plan, reading: facts.reading, limits }), "-y", "-i", `file:${sourcePath}`],
    ...["-map", `0:${plan.audio?.streamIndex}`, ...AAC_COPY_OUTPUT],
    ...["-output_ts_offset", String(LEAD_SECONDS), "-f", "mpegts", `file:${copyPath}`],
  ];
}

function correctedArguments(copyPath: string, path: string, limits: MediaLimits): string[] {
  const input = ["-nostdin", ...inputGuards(limits), "-copyts", "-y", "-i", `file:${copyPath}`];
  return [...input, "-af", steadyFilters(), "-c:a", "pcm_s16le", "-f", "nut", `file:${path}`];
}

/**
 * The picture is read along, so that time starts where it does when both are converted. Where the clock steps, it is
 * decoded too: a step is closed from where the decoder is.
 */
function pictureAlong(streamIndex: number, { reading }: SourceFacts): string[] {
  if (reading.clockStepSeconds !== null) return ["-filter_complex", readAlong("picture", streamIndex)];
  return ["-map", `0:${streamIndex}`, "-c", "copy", "-f", "null", "-"];
}
