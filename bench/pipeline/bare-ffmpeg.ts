import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { canToneMap, inspectFfmpeg } from "../../processor/adapters/ffmpeg/capabilities.ts";
import { probe } from "../../processor/adapters/ffmpeg/probe.ts";
import { argumentVector, DEFAULT_ENCODING, ffmpegCommand } from "../../processor/media/encode/ffmpeg-arguments.ts";
import { planLadder, planQualities } from "../../processor/media/encode/ladder.ts";
import { DEFAULT_MEDIA_LIMITS } from "../../processor/media/source/limits.ts";
import { type Times, timeProgram } from "../child-times.ts";
import { MEDIA_TOOLS } from "../media-tools.ts";

export type BareFfmpeg = (outputDirectory: string) => Promise<Times>;

/** One ffmpeg with the very arguments of the processor, started by a shell: it makes the same clear ladder. */
export async function planBareFfmpeg(sourcePath: string): Promise<BareFfmpeg> {
  const probed = await probe({ sourcePath, tools: MEDIA_TOOLS, signal: new AbortController().signal });
  if (probed.kind === "refused") throw new Error(probed.reason);
  const plan = planLadder(probed.facts, "VIDEO");
  if ("reason" in plan) throw new Error(plan.reason);
  const command = ffmpegCommand({
    sourcePath,
    plan,
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
    for (const quality of planQualities(plan)) await mkdir(join(outputDirectory, quality), { recursive: true });
    const argv = ["sh", "-c", script, "sh", MEDIA_TOOLS.ffmpeg, ...argumentVector(command)];
    return timeProgram(argv, { cwd: outputDirectory });
  };
}
