import type { SourceVideo } from "./source-facts.ts";

/** The size of coded frames and the shape of their pixels. */
export type PictureShape = Pick<SourceVideo, "width" | "height" | "sampleAspectRatio">;

/** A shape with fewer of the samples is an interlude, such as an advertisement in another format. */
const WORTH_THE_LADDER = 0.25;

/**
 * The shape that a ladder is planned for: the largest one that holds a good part of the samples, so that neither a
 * short interlude decides nor a call that starts small and grows loses its detail. Null for no samples.
 */
export function mainShape(samples: readonly PictureShape[]): PictureShape | null {
  const votes = new Map<string, { readonly shape: PictureShape; count: number }>();
  for (const shape of samples) {
    const vote = votes.get(JSON.stringify(shape)) ?? { shape, count: 0 };
    votes.set(JSON.stringify(shape), { ...vote, count: vote.count + 1 });
  }
  const worth = [...votes.values()].filter(({ count }) => count >= samples.length * WORTH_THE_LADDER);
  const shapes = (worth.length > 0 ? worth : [...votes.values()]).map(({ shape }) => shape);
  return shapes.reduce<PictureShape | null>((best, shape) => (best && area(best) >= area(shape) ? best : shape), null);
}

function area(shape: PictureShape): number {
  return shape.width * shape.height;
}

/** Square pixels as a viewer sees them, after rotation and pixel aspect. */
export function displaySize({ width, height, sampleAspectRatio }: PictureShape, rotation: number) {
  const wide = Math.round((width * sampleAspectRatio.numerator) / sampleAspectRatio.denominator);
  return rotation % 180 === 0
    ? { displayWidth: wide, displayHeight: height }
    : { displayWidth: height, displayHeight: wide };
}

/** Reads "64:45"; square where the file says nothing or what cannot be. */
export function pixelAspect(text: string | undefined): PictureShape["sampleAspectRatio"] {
  const [numerator = 0, denominator = 0] = (text ?? "").split(":").map(Number);
  const ratio = numerator / denominator;
  return ratio > SLIMMEST_PIXEL && ratio < WIDEST_PIXEL ? { numerator, denominator } : { numerator: 1, denominator: 1 };
}

/** Beyond these a pixel aspect is damage, and pixels are taken as square. */
export const SLIMMEST_PIXEL = 0.05;
export const WIDEST_PIXEL = 20;
