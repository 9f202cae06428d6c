import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { inspectFfmpeg } from "../../processor/adapters/ffmpeg/capabilities.ts";
import { decodeArguments, spriteArguments } from "../../processor/adapters/ffmpeg/make-sprites.ts";
import { IMAGE_FOLDER, pictureSeconds } from "../../processor/media/images/image-filters.ts";
import { POSTER_SHARES, TILE_STEP_SECONDS } from "../../processor/media/images/image-plan.ts";
import { storyboardGrid } from "../../processor/media/images/storyboard-grid.ts";
import { type Times, timeProgram } from "../child-times.ts";
import { MEDIA_TOOLS } from "../media-tools.ts";
import type { BareFfmpeg } from "./bare-ffmpeg.ts";

/** The ladder with its pictures, and the runs of ffmpeg that make and verify posters and sprites of them. */
export function withImageRuns(makeLadder: BareFfmpeg, seconds: number): BareFfmpeg {
  return async (outputDirectory) => {
    const ladder = await makeLadder(outputDirectory);
    const grid = storyboardGrid(seconds, Math.floor(seconds / TILE_STEP_SECONDS));
    if (grid === null) throw new Error("no storyboard");
    const cwd = join(outputDirectory, IMAGE_FOLDER);
    const run = (args: readonly string[]) => timeProgram([MEDIA_TOOLS.ffmpeg, ...args], { cwd });
    const sprites = await run(spriteArguments(grid, await inspectFfmpeg(MEDIA_TOOLS.ffmpeg)));
    const names = await readdir(cwd);
    const posters = names.filter((name) => pictureSeconds(name) !== null).slice(0, POSTER_SHARES.length);
    const boards = names.filter((name) => name.startsWith("sprite"));
    return [ladder, sprites, await run(decodeArguments(posters)), await run(decodeArguments(boards))].reduce(sum);
  };
}

function sum(one: Times, other: Times): Times {
  return {
    wallSeconds: one.wallSeconds + other.wallSeconds,
    cpuSeconds: one.cpuSeconds + other.cpuSeconds,
  };
}
