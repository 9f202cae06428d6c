/** One still picture of a part that may be its poster; `seconds` is its time in the film. */
export type PosterCandidate = {
  readonly seconds: number;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
};

/** Tiles at equal distances, in rows on sprites of at most `MOST_TILES` tiles each. */
export type Storyboard = {
  readonly tileWidth: number;
  readonly tileHeight: number;
  readonly columns: number;
  /** Of all sprites together. */
  readonly tiles: number;
  readonly intervalSeconds: number;
};

/** What a transcode job made beside the ladder. */
export type MadeImages = {
  /** Random: their addresses cannot be guessed. */
  readonly id: string;
  /** One to three, in the order of their times. */
  readonly posters: readonly PosterCandidate[];
  /** The number, from 1, of the candidate with the most detail. */
  readonly best: number;
  readonly storyboard: Storyboard | null;
};

export type PartImages = MadeImages & {
  /** Of their objects, in SOURCE. */
  readonly prefix: string;
};

export const IMAGE_FORMATS = ["jpeg", "png", "webp"] as const;

/** An image that an editor uploaded. It belongs to the part and not to a version: a replacement keeps it. */
export type OwnPoster = {
  readonly id: string;
  readonly format: (typeof IMAGE_FORMATS)[number];
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
};

/** What an editor chose; without a choice the poster is the best candidate. Candidates count from 1. */
export type PosterChoice =
  | { readonly kind: "candidate"; readonly number: number }
  | ({ readonly kind: "own" } & OwnPoster);

/** Of a choice what is left when other candidates come. */
export function ownChoice(choice: PosterChoice | null): PosterChoice | null {
  return choice?.kind === "own" ? choice : null;
}

export const MOST_TILES = 100;
export const MOST_CANDIDATES = 3;

export function spriteCount({ tiles }: Pick<Storyboard, "tiles">): number {
  return Math.ceil(tiles / MOST_TILES);
}
