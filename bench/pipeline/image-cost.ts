import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { inspectFfmpeg } from "../../processor/adapters/ffmpeg/capabilities.ts";
import { decodeArguments, spriteArguments } from "../../processor/adapters/ffmpeg/make-sprites.ts";
import { IMAGE_FOLDER, pictureSeconds } from "../../processor/media/images/image-filters.ts";
import { POSTER_SHARES, TILE_STEP_SECONDS } from "../../processor/media/images/image-plan.ts";
import { storyboardGrid } from "../../processor/media/images/storyboard-grid.ts";
import { timeProgram } from "../child-times.ts";
import type { BenchOptions } from "../comparison.ts";
import { MEDIA_TOOLS } from "../media-tools.ts";
import { median, pairedRounds, type Round } from "../rounds.ts";
import { planBareFfmpeg } from "./bare-ffmpeg.ts";
import { inFolder } from "./in-folder.ts";

/** Of decodes with and without images, for each ladder. */
const DECODES = 3;

type Options = Pick<BenchOptions, "progress"> & {
  /** Of the clip. */
  readonly seconds: number;
  readonly rounds: number;
  /** For what ffmpeg writes. */
  readonly directory: string;
};

/**
 * CPU seconds of a ladder, and of a ladder with images. Two runs of the same encoders differ by more than images cost. What
 * images add is therefore measured without them, by decodes of the same clip with and without images, and added to the
 * ladder; so is what makes sprites and verifies all images afterwards.
 */
export async function imageRounds(clip: string, options: Options): Promise<Round<number>[]> {
  const { seconds, rounds, directory, progress } = options;
  const ladder = await planBareFfmpeg(clip, { images: false, encoders: true });
  const decode = await planBareFfmpeg(clip, { images: false, encoders: false });
  const decodeWithImages = await planBareFfmpeg(clip, { images: true, encoders: false });
  const measured: Round<number>[] = [];
  while (measured.length < rounds) {
    const bare = (await inFolder(directory, ladder)).cpuSeconds;
    const finished: number[] = [];
    const decodes = await pairedRounds(DECODES, {
      ours: () =>
        inFolder(directory, async (folder) => {
          const { cpuSeconds } = await decodeWithImages(folder);
          finished.push(await finishImages(folder, seconds));
          return cpuSeconds;
        }),
      bare: async () => (await inFolder(directory, decode)).cpuSeconds,
    });
    const added = median(decodes.map((pair) => pair.ours - pair.bare));
    const afterwards = median(finished);
    progress(`ladder ${told(bare)} CPU s, images ${told(added)} in the decode and ${told(afterwards)} afterwards`);
    measured.push({ ours: bare + added + afterwards, bare });
  }
  return measured;
}

function told(cpuSeconds: number): string {
  return cpuSeconds.toFixed(2);
}

/** CPU seconds of the runs of ffmpeg that make sprites of the pictures in a folder and verify posters and sprites. */
async function finishImages(folder: string, seconds: number): Promise<number> {
  const grid = storyboardGrid(seconds, Math.floor(seconds / TILE_STEP_SECONDS));
  if (grid === null) throw new Error("no storyboard");
  const cwd = join(folder, IMAGE_FOLDER);
  const run = async (args: readonly string[]) => (await timeProgram([MEDIA_TOOLS.ffmpeg, ...args], { cwd })).cpuSeconds;
  const sprites = await run(spriteArguments(grid, await inspectFfmpeg(MEDIA_TOOLS.ffmpeg)));
  const names = await readdir(cwd);
  const posters = names.filter((name) => pictureSeconds(name) !== null).slice(0, POSTER_SHARES.length);
  const boards = names.filter((name) => name.startsWith("sprite"));
  return sprites + (await run(decodeArguments(posters))) + (await run(decodeArguments(boards)));
}
