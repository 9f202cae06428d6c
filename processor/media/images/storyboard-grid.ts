import { MOST_TILES } from "../../../shared/domain/part/part-images.ts";
import { TILE_STEP_SECONDS } from "./image-plan.ts";

/** How the small pictures of a film become tiles. */
export type StoryboardGrid = {
  /** Whole seconds. */
  readonly intervalSeconds: number;
  readonly tiles: number;
  readonly columns: number;
  readonly rows: number;
  /** Numbers of the small pictures, from 0: of each tile the one in the middle of its time. */
  readonly pictures: readonly number[];
};

const COLUMNS = 10;
const LONGEST_INTERVAL_SECONDS = 10;
/** A film of more than 10,000 s has longer intervals rather than more tiles. */
const MOST_TILES_IN_ALL = 1000;
/** Lengths are measured to some milliseconds. */
const END_TOLERANCE_SECONDS = 0.05;

/** Null where there are fewer small pictures than the length of the film asks for. */
export function storyboardGrid(durationSeconds: number, pictureCount: number): StoryboardGrid | null {
  if (pictureCount < 1) return null;
  const spread = Math.min(LONGEST_INTERVAL_SECONDS, Math.ceil(durationSeconds / MOST_TILES));
  const intervalSeconds = Math.max(1, spread, Math.ceil(durationSeconds / MOST_TILES_IN_ALL));
  const wanted = Math.max(1, Math.ceil((durationSeconds - END_TOLERANCE_SECONDS) / intervalSeconds));
  const half = intervalSeconds / 2 / TILE_STEP_SECONDS;
  const middles = Array.from({ length: wanted }, (_, tile) => (2 * tile + 1) * half);
  // The middle of the last tile may lie beyond the end, and only that one.
  const pictures = [...new Set(middles.map((picture) => Math.min(picture, pictureCount - 1)))];
  if (pictures.length < wanted - 1 || pictures.length === 0) return null;
  const onSprite = Math.min(pictures.length, MOST_TILES);
  const columns = Math.min(COLUMNS, onSprite);
  return { intervalSeconds, tiles: pictures.length, columns, rows: Math.ceil(onSprite / columns), pictures };
}

/** Selects the pictures of the tiles, of which all but the last lie at equal distances. */
export function tileSelection({ pictures }: Pick<StoryboardGrid, "pictures">): string {
  const [first = 0, second] = pictures;
  const last = pictures.at(-1) ?? first;
  if (second === undefined) return `select='eq(n,${first})'`;
  return `select='lt(n,${last})*eq(mod(n,${2 * first}),${first})+eq(n,${last})'`;
}
