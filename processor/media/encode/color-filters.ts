import { type ColorTags, isRgb, planColor } from "../source/color.ts";
import type { SourceVideo } from "../source/source-facts.ts";

/** SDR white in cd/m2, against which the brighter parts of HDR are folded down. */
const NOMINAL_PEAK = 100;

/** ITU-T H.273, table 4. */
const SMPTE_240M = "7";

/** Whether the filters for colour need zscale. */
export function needsZscale(source: SourceVideo): boolean {
  return source.transfer !== "sdr" || planColor(source).convertFrom !== null;
}

/** What brings a picture to the colours that its rungs name, as 8 bits of 4:2:0 in video range; none where it has them. */
export function colorFilters(source: SourceVideo): string[] {
  if (source.transfer !== "sdr") return toneMapFilters(source.transfer);
  const { convertFrom, output } = planColor(source);
  return convertFrom ? conversionFilters(convertFrom, output, isRgb(source)) : [];
}

/** Linear light in floating point, bt2020 to bt709, highlights folded by Hable's curve, back to bt709 video range. */
function toneMapFilters(transfer: "pq" | "hlg"): string[] {
  const input = `tin=${transfer === "pq" ? "smpte2084" : "arib-std-b67"}:min=bt2020nc:pin=bt2020`;
  return [
    `zscale=${input}:t=linear:npl=${NOMINAL_PEAK}`,
    "format=gbrpf32le",
    "zscale=p=bt709",
    "tonemap=tonemap=hable:desat=0",
    "zscale=t=bt709:m=bt709:r=tv",
    "format=yuv420p",
  ];
}

/**
 * Other primaries through the light of a display (zscale takes bt709 for the curve of BT.1886). By way of RGB, which
 * ends where the gamut of bt709 does: in YUV a saturated colour would lose part of its chroma, and change.
 */
function conversionFilters(from: ColorTags, to: ColorTags, rgb: boolean): string[] {
  // Versions of zscale spell the name of this matrix in two ways.
  const space = from.space === "smpte240m" ? SMPTE_240M : from.space;
  const input = `min=${rgb ? "gbr" : space}:pin=${from.primaries}:tin=${from.transfer}`;
  return [
    `zscale=${input}:m=gbr:p=${to.primaries}:t=${to.transfer}:r=full`,
    "format=gbrp",
    `scale=flags=bicubic:out_color_matrix=${to.space}:out_range=tv`,
    "format=yuv420p",
  ];
}
