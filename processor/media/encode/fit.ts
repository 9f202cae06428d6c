import { type PictureShape, SLIMMEST_PIXEL, WIDEST_PIXEL } from "../source/picture-shape.ts";
import type { SourceVideo } from "../source/source-facts.ts";

/** Shapes nearer than this are one: 1920x1088 is stretched to 1920x1080 rather than given a border of four lines. */
const SAME_SHAPE = 0.01;

/**
 * Brings every frame to one size, whatever the file changes on its way: frames of the planned shape pass untouched,
 * others are fitted into it with borders, so that a circle stays a circle. All filters that follow see one size and
 * one pixel format, which is what lets ffmpeg keep the graph (`-reinit_filter 0`).
 */
export function fitFilters(source: PictureShape & Pick<SourceVideo, "pixelFormat">): string[] {
  const { sampleAspectRatio } = source;
  const planned = ((source.width / source.height) * sampleAspectRatio.numerator) / sampleAspectRatio.denominator;
  // Borders are drawn in whole blocks of colour.
  const block = /^yuv41[01]/.test(source.pixelFormat) ? 4 : 2;
  const whole = (side: number) => side - (side % block);
  const [width, height] = [whole(source.width), whole(source.height)];
  const aspect = `(iw/ih*if(between(sar,${SLIMMEST_PIXEL},${WIDEST_PIXEL}),sar,1)/${planned.toFixed(6)})`;
  const side = (pixels: number, fitted: string, multiple: number) =>
    `'if(lt(abs(${aspect}-1),${SAME_SHAPE}),${pixels},${multiple}*max(1,trunc(min(${pixels},${fitted})/${multiple})))'`;
  return [
    // Interlaced frames are scaled field by field, and keep their fields in multiples of four lines.
    `scale=w=${side(width, `${width}*${aspect}`, 2)}:h=${side(height, `${height}/${aspect}`, 4)}:eval=frame:interl=-1:flags=bicubic`,
    `pad=w=${width}:h=${height}:x='trunc((ow-iw)/4)*2':y='trunc((oh-ih)/8)*4':eval=frame`,
  ];
}
