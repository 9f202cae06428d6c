import type { SourceVideo } from "../source/source-facts.ts";

/**
 * The filters that turn and mirror a picture as its display matrix says. ffmpeg would put its own before the graph,
 * where they meet frames that have changed their size.
 */
export function turnFilters({ rotation, displayMatrix }: Pick<SourceVideo, "rotation" | "displayMatrix">): string[] {
  const degrees = displayMatrix === null ? null : degreesOf(displayMatrix);
  if (displayMatrix === null || degrees === null) return QUARTERS[rotation] ?? [];
  const [a = 1, , , c = 0, d = 1] = displayMatrix;
  const isNear = (angle: number) => Math.abs(degrees - angle) < 1;
  if (isNear(90)) return [`transpose=${c > 0 ? "cclock_flip" : "clock"}`];
  if (isNear(180)) return [...(a < 0 ? ["hflip"] : []), ...(d < 0 ? ["vflip"] : [])];
  if (isNear(270)) return [`transpose=${c < 0 ? "clock_flip" : "cclock"}`];
  if (isNear(0) || isNear(360)) return d < 0 ? ["vflip"] : [];
  return [`rotate=${degrees}*PI/180`];
}

const QUARTERS: Partial<Record<number, string[]>> = {
  90: ["transpose=clock"],
  180: ["hflip", "vflip"],
  270: ["transpose=cclock"],
};

/** Whole degrees clockwise, 0 to 359; null for a matrix that is no rotation. */
function degreesOf([a = 0, b = 0, , c = 0, d = 0]: readonly number[]): number | null {
  const [first, second] = [Math.hypot(a, c), Math.hypot(b, d)];
  if (first === 0 || second === 0) return null;
  const degrees = Math.round((Math.atan2(b / second, a / first) * 180) / Math.PI);
  return ((degrees % 360) + 360) % 360;
}
