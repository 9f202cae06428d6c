import { open, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { imageKey, imagesPrefix } from "../../../shared/domain/part/object-keys.ts";
import type { MadeImages, PosterCandidate, Storyboard } from "../../../shared/domain/part/part-images.ts";
import { endsLikeJpeg, readImageHeader } from "../../../shared/lib/image-header.ts";
import type { MediaTools } from "../../adapters/ffmpeg/launch.ts";
import { decodeImages, ImageFault, type ImageWork, makeSprites } from "../../adapters/ffmpeg/make-sprites.ts";
import type { ObjectStore } from "../../adapters/object-store.ts";
import { IMAGE_FOLDER, pictureSeconds, TILE_FILE } from "../../media/images/image-filters.ts";
import { choosePosters, type ImagePlan, type Size, type TakenPicture } from "../../media/images/image-plan.ts";
import { storyboardGrid } from "../../media/images/storyboard-grid.ts";
import type { JobRun } from "../loop/job-outcome.ts";
import { STORED_JPEG } from "../object-headers.ts";

export type ImagesInput = {
  /** Holds the folder `images`, which is removed. */
  readonly directory: string;
  readonly plan: ImagePlan;
  readonly durationSeconds: number;
  readonly clearPrefix: string;
  /** Random, for the addresses of these images. */
  readonly id: string;
  readonly store: ObjectStore;
  readonly tools: MediaTools;
  readonly run: Pick<JobRun, "signal" | "log">;
};

/** `warning`: a sentence for the editor where something is missing. */
export type ImagesOutcome = { readonly images: MadeImages | null; readonly warning: string | null };

type Picture = TakenPicture & { readonly name: string };

/**
 * Chooses posters and lays out the storyboard from the pictures that the conversion has left, verifies them and stores
 * them. A fault of an image is a warning and no image: the film is published without it. A store that fails fails the
 * job, as it does for segments.
 */
export async function makeImages(input: ImagesInput): Promise<ImagesOutcome> {
  const { plan, durationSeconds, tools, run } = input;
  const directory = join(input.directory, IMAGE_FOLDER);
  const work: ImageWork = { directory, tools, signal: run.signal };
  try {
    const posters = await tried(run, () => findPosters(work, plan, durationSeconds));
    const board = await tried(run, () => makeStoryboard(work, plan, durationSeconds));
    if (posters === null) return { images: null, warning: NO_IMAGES };
    await store(
      input,
      posters.map(({ name }) => name),
      "poster",
    );
    await store(input, board?.sprites ?? [], "storyboard");
    const images: MadeImages = {
      id: input.id,
      posters: posters.map(({ seconds, bytes }): PosterCandidate => ({ seconds, bytes, ...plan.poster })),
      best: 1 + posters.indexOf(posters.reduce((best, one) => (one.bytes > best.bytes ? one : best))),
      storyboard: board?.storyboard ?? null,
    };
    return { images, warning: board === null ? NO_STORYBOARD : null };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

export const NO_IMAGES = "No poster could be made of this file: upload one.";
const NO_STORYBOARD = "No storyboard could be made of this file: players show no pictures on their seek bar.";

async function tried<T>({ signal, log }: ImagesInput["run"], make: () => Promise<T>): Promise<T | null> {
  try {
    return await make();
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ImageFault)) throw error;
    log.warn({ detail: error.message }, "images failed");
    return null;
  }
}

async function findPosters(work: ImageWork, { poster }: ImagePlan, durationSeconds: number): Promise<Picture[]> {
  const pictures: Picture[] = [];
  for (const name of await readdir(work.directory)) {
    const seconds = pictureSeconds(name);
    if (seconds !== null) pictures.push({ seconds, name, bytes: (await stat(join(work.directory, name))).size });
  }
  const chosen = choosePosters(
    pictures.toSorted((one, other) => one.seconds - other.seconds),
    durationSeconds,
  );
  if (chosen.length === 0) throw new ImageFault("the conversion has left no pictures");
  await verify(
    work,
    chosen.map(({ name }) => name),
    poster,
  );
  return chosen;
}

async function makeStoryboard(work: ImageWork, { tile }: ImagePlan, durationSeconds: number) {
  const pictures = await countPictures(join(work.directory, TILE_FILE));
  const grid = storyboardGrid(durationSeconds, pictures);
  if (grid === null) throw new ImageFault(`${pictures} small pictures of ${durationSeconds} s`);
  const sprites = await makeSprites(work, grid);
  await verify(work, sprites, { width: tile.width * grid.columns, height: tile.height * grid.rows });
  const { columns, tiles, intervalSeconds } = grid;
  const storyboard: Storyboard = {
    tileWidth: tile.width,
    tileHeight: tile.height,
    columns,
    tiles,
    intervalSeconds,
  };
  return { storyboard, sprites };
}

/** Each is a whole JPEG of the planned size that decodes without a message. */
async function verify(work: ImageWork, names: readonly string[], size: Size): Promise<void> {
  for (const name of names) {
    const bytes = await readFile(join(work.directory, name)).catch((cause: unknown) => {
      throw new ImageFault(`${name} was not written`, { cause });
    });
    const header = readImageHeader(bytes);
    const isPlanned = header?.format === "jpeg" && header.width === size.width && header.height === size.height;
    if (!isPlanned || !endsLikeJpeg(bytes)) {
      throw new ImageFault(`${name} is no JPEG of ${size.width}x${size.height}`);
    }
  }
  await decodeImages(work, names);
}

const START_OF_IMAGE = Buffer.from([0xff, 0xd8, 0xff]);

/** Within a JPEG, 0xff is followed by 0x00 or by another marker: a start is always that of the next one. */
async function countPictures(path: string): Promise<number> {
  let count = 0;
  let tail = Buffer.alloc(0);
  await using file = await open(path);
  for await (const chunk of file.createReadStream({ autoClose: false })) {
    const bytes = Buffer.concat([tail, chunk as Buffer]);
    for (let at = bytes.indexOf(START_OF_IMAGE); at !== -1; at = bytes.indexOf(START_OF_IMAGE, at + 3)) count += 1;
    tail = bytes.subarray(Math.max(0, bytes.length - 2));
  }
  return count;
}

async function store(
  { directory, clearPrefix, id, store: bucket, run }: ImagesInput,
  names: readonly string[],
  kind: "poster" | "storyboard",
): Promise<void> {
  const prefix = imagesPrefix(clearPrefix, id);
  for (const [index, name] of names.entries()) {
    const path = join(directory, IMAGE_FOLDER, name);
    await bucket.putFile(imageKey(prefix, kind, index + 1), path, STORED_JPEG, run.signal);
  }
}
