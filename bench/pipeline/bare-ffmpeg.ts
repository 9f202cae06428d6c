import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { canToneMap, inspectFfmpeg } from "../../processor/adapters/ffmpeg/capabilities.ts";
import { probe } from "../../processor/adapters/ffmpeg/probe.ts";
import {
  argumentVector,
  DEFAULT_ENCODING,
  type FfmpegCommandLine,
  ffmpegCommand,
} from "../../processor/media/encode/ffmpeg-arguments.ts";
import { planLadder, planQualities } from "../../processor/media/encode/ladder.ts";
import { IMAGE_FOLDER } from "../../processor/media/images/image-filters.ts";
import { planImages } from "../../processor/media/images/image-plan.ts";
import { DEFAULT_MEDIA_LIMITS } from "../../processor/media/source/limits.ts";
import { type Times, timeProgram } from "../child-times.ts";
import { MEDIA_TOOLS } from "../media-tools.ts";

export type BareFfmpeg = (outputDirectory: string) => Promise<Times>;

export type BareWork = {
  /** With the pictures of posters and storyboards beside the ladder. */
  readonly images: boolean;
  /** False: what the ladder's encoders would get goes nowhere. */
  readonly encoders: boolean;
};

/** One ffmpeg with the very arguments of the processor, started by a shell: it makes the same clear ladder. */
export async function planBareFfmpeg(sourcePath: string, { images, encoders }: BareWork): Promise<BareFfmpeg> {
  const probed = await probe({ sourcePath, tools: MEDIA_TOOLS, signal: new AbortController().signal });
  if (probed.kind === "refused") throw new Error(probed.reason);
  const plan = planLadder(probed.facts, "VIDEO");
  if ("reason" in plan) throw new Error(plan.reason);
  const imagePlan = images && plan.kind === "video" ? planImages(plan, false) : null;
  const planned = ffmpegCommand({
    sourcePath,
    plan,
    images: imagePlan,
    reading: probed.facts.reading,
    encoding: DEFAULT_ENCODING,
    capabilities: { ...(await inspectFfmpeg(MEDIA_TOOLS.ffmpeg)), toneMap: await canToneMap(MEDIA_TOOLS.ffmpeg) },
    limits: DEFAULT_MEDIA_LIMITS,
  });
  if (planned.kind === "refused") throw new Error(planned.reason);
  const command = encoders ? planned : withoutEncoders(planned);
  // Progress and segment lists go nowhere.
  const pipes = [command.progressPipe, ...command.segmentListPipes.map(({ pipe }) => pipe)];
  const script = `exec "$@" ${pipes.map((pipe) => `${pipe}>/dev/null`).join(" ")}`;
  return async (outputDirectory) => {
    for (const folder of [...planQualities(plan), IMAGE_FOLDER])
      await mkdir(join(outputDirectory, folder), { recursive: true });
    const argv = ["sh", "-c", script, "sh", MEDIA_TOOLS.ffmpeg, ...argumentVector(command)];
    return timeProgram(argv, { cwd: outputDirectory });
  };
}

/** The same decode, filters and images; frames and samples are counted where they would be encoded. */
function withoutEncoders(command: FfmpegCommandLine): FfmpegCommandLine {
  const { outputOptions } = command;
  const maps = outputOptions.slice(
    0,
    outputOptions.findIndex((option, n) => n % 2 === 0 && option !== "-map"),
  );
  return {
    ...command,
    outputOptions: [...maps, "-c:v", "wrapped_avframe", "-c:a", "pcm_s16le", "-f", "null"],
    target: "-",
  };
}
