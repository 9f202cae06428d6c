/** Pictures that ffmpeg makes beside a ladder: small ones at a steady rate, and some of full size. */
export type ImagePlan = {
  /** Pixels of a tile, even. */
  readonly tile: Size;
  /** Pixels of a poster: the highest rung. */
  readonly poster: Size;
  /** Spans of the film from which posters are taken; none where its length is not known. */
  readonly windows: readonly PosterWindow[];
  /** Seconds between pictures of full size that are taken all along; null to take none but those of the windows. */
  readonly posterInterval: number | null;
};

export type Size = { readonly width: number; readonly height: number };

export type PosterWindow = { readonly from: number; readonly to: number; readonly step: number };

/** Small pictures are made at this distance, and those in the middle of each tile's time are kept. */
export const TILE_STEP_SECONDS = 0.5;
const TILE_SIDE = 160;

/** Shares of the film at which posters are looked for: not its first picture, which is often black, and not its end. */
export const POSTER_SHARES: readonly number[] = [0.1, 0.3, 0.5];
const LONGEST_WINDOW_SECONDS = 4;
const WINDOW_SHARE = 0.08;
/** Pictures in a window grow with the film, so that the cost stays in proportion. */
const MOST_IN_WINDOW = 4;
const FILM_SECONDS_PER_PICTURE = 10;
/**
 * ffmpeg waits with a second input while an output has nothing to write, and its muxers hold packets back for 10 s at
 * most.
 */
const POSTER_INTERVAL_SECONDS = 4;

/** What images are made of. */
export type PlannedFilm = {
  /** The rungs of its ladder, highest first. */
  readonly rungs: readonly Size[];
  /** Null where it is not known. */
  readonly timeline: { readonly durationSeconds: number | null };
};

/** `hasSecondInput`: the sound is read from another file. */
export function planImages({ rungs, timeline }: PlannedFilm, hasSecondInput: boolean): ImagePlan | null {
  const [top] = rungs;
  if (top === undefined) return null;
  const { durationSeconds } = timeline;
  const poster = { width: top.width, height: top.height };
  return {
    tile: tileSize(poster),
    poster,
    windows: durationSeconds === null ? [] : posterWindows(durationSeconds),
    posterInterval: durationSeconds === null || hasSecondInput ? POSTER_INTERVAL_SECONDS : null,
  };
}

/** The longer side has 160 pixels, or fewer where the film has: nothing is enlarged. */
function tileSize({ width, height }: Size): Size {
  const share = Math.min(1, TILE_SIDE / Math.max(width, height));
  const even = (side: number) => Math.max(2, 2 * Math.round((side * share) / 2));
  return { width: even(width), height: even(height) };
}

function posterWindows(seconds: number): PosterWindow[] {
  const length = Math.min(LONGEST_WINDOW_SECONDS, seconds * WINDOW_SHARE);
  const pictures = Math.min(MOST_IN_WINDOW, Math.max(1, Math.round(seconds / FILM_SECONDS_PER_PICTURE)));
  return POSTER_SHARES.map((share) => ({
    from: seconds * share,
    to: seconds * share + length,
    step: length / pictures,
  }));
}

/** One of the pictures of full size: its time, and its bytes, which measure its detail. */
export type TakenPicture = { readonly seconds: number; readonly bytes: number };

/** Of each place in the film the picture with the most detail, in the order of their times. */
export function choosePosters<Picture extends TakenPicture>(
  pictures: readonly Picture[],
  durationSeconds: number,
): Picture[] {
  const places = POSTER_SHARES.map((share) => share * durationSeconds);
  const reach = Math.max(LONGEST_WINDOW_SECONDS, durationSeconds * WINDOW_SHARE) + POSTER_INTERVAL_SECONDS;
  const chosen = places.flatMap((place) => {
    const near = pictures.filter(({ seconds }) => nearest(places, seconds) === place && seconds - place <= reach);
    return near.length === 0 ? [] : [near.reduce((best, one) => (one.bytes > best.bytes ? one : best))];
  });
  const [any] = pictures;
  if (chosen.length === 0 && any !== undefined) return [any];
  return chosen.toSorted((one, other) => one.seconds - other.seconds);
}

/** Times of pictures and of windows are whole milliseconds. */
const ROUNDING_SECONDS = 0.002;

/** The last place before a time, since pictures are taken from there on; before all of them the first. */
function nearest(places: readonly number[], seconds: number): number | undefined {
  return places.findLast((place) => place <= seconds + ROUNDING_SECONDS) ?? places[0];
}
