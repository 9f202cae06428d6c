import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { canToneMap, inspectFfmpeg } from "../../processor/adapters/ffmpeg/capabilities.ts";
import { probe } from "../../processor/adapters/ffmpeg/probe.ts";
import { argumentVector, DEFAULT_ENCODING, ffmpegCommand } from "../../processor/media/encode/ffmpeg-arguments.ts";
import { planLadder, planQualities } from "../../processor/media/encode/ladder.ts";
import { IMAGE_FOLDER } from "../../processor/media/images/image-filters.ts";
import { planImages } from "../../processor/media/images/image-plan.ts";
import { DEFAULT_MEDIA_LIMITS } from "../../processor/media/source/limits.ts";
import { type Times, timeProgram } from "../child-times.ts";
import { MEDIA_TOOLS } from "../media-tools.ts";

export type BareFfmpeg = (outputDirectory: string) => Promise<Times>;

/**
 * One ffmpeg with the very arguments of the processor, started by a shell: it makes the same clear ladder, and with
 * `images` the pictures beside it.
 */
export async function planBareFfmpeg(sourcePath: string, images: "images" | "no images"): Promise<BareFfmpeg> {
  const probed = await probe({ sourcePath, tools: MEDIA_TOOLS, signal: new AbortController().signal });
  if (probed.kind === "refused") throw new Error(probed.reason);
  const plan = planLadder(probed.facts, "VIDEO");
  if ("reason" in plan) throw new Error(plan.reason);
  const imagePlan = images === "images" && plan.kind === "video" ? planImages(plan, false) : null;
  const command = ffmpegCommand({
    sourcePath,
    plan,
    images: imagePlan,
    reading: probed.facts.reading,
    encoding: DEFAULT_ENCODING,
    capabilities: { ...(await inspectFfmpeg(MEDIA_TOOLS.ffmpeg)), toneMap: await canToneMap(MEDIA_TOOLS.ffmpeg) },
    limits: DEFAULT_MEDIA_LIMITS,
  });
  if (command.kind === "refused") throw new Error(command.reason);
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
