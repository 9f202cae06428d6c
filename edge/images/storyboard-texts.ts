import { MOST_TILES, type Storyboard } from "../../shared/domain/part/part-images.ts";

/** The address of a sprite, by its number from 1, as it stands in a storyboard. */
export type SpriteUrl = (number: number) => string;

type Tile = {
  readonly sprite: number;
  readonly startTime: number;
  readonly endTime: number;
  readonly x: number;
  readonly y: number;
};

/** Each tile with the time that it stands for; the last one ends with the film. */
function tilesOf(
  { tiles, columns, tileWidth, tileHeight, intervalSeconds }: Storyboard,
  durationSeconds: number | null,
) {
  return Array.from({ length: tiles }, (_, index): Tile => {
    const place = index % MOST_TILES;
    const end = (index + 1) * intervalSeconds;
    return {
      sprite: 1 + Math.floor(index / MOST_TILES),
      startTime: index * intervalSeconds,
      endTime: index === tiles - 1 ? Math.max(index * intervalSeconds + 0.001, durationSeconds ?? end) : end,
      x: (place % columns) * tileWidth,
      y: Math.floor(place / columns) * tileHeight,
    };
  });
}

/** WebVTT whose cues are addresses with a region (Media Fragments 4.2.2), as players read thumbnails. */
export function storyboardVtt(board: Storyboard, durationSeconds: number | null, urlOf: SpriteUrl): string {
  const { tileWidth, tileHeight } = board;
  const cues = tilesOf(board, durationSeconds).map(({ sprite, startTime, endTime, x, y }) => {
    return `${clock(startTime)} --> ${clock(endTime)}\n${urlOf(sprite)}#xywh=${x},${y},${tileWidth},${tileHeight}\n`;
  });
  return ["WEBVTT\n", ...cues].join("\n");
}

/** The list of thumbnails that Video.js 10 takes. */
export function storyboardJson(board: Storyboard, durationSeconds: number | null, urlOf: SpriteUrl): string {
  const { tileWidth: width, tileHeight: height } = board;
  return JSON.stringify(
    tilesOf(board, durationSeconds).map(({ sprite, startTime, endTime, x, y }) => {
      return { url: urlOf(sprite), startTime, endTime, width, height, coords: { x, y } };
    }),
  );
}

function clock(seconds: number): string {
  const milliseconds = Math.round(seconds * 1000);
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const rest = String(milliseconds % 1000).padStart(3, "0");
  return `${two(milliseconds / 3_600_000)}:${two((milliseconds / 60_000) % 60)}:${two((milliseconds / 1000) % 60)}.${rest}`;
}
