import type { Deinterlacing } from "./source-facts.ts";
import type { StreamReport } from "./stream-report.ts";

/** Codecs that can be interlaced and whose decoder marks each frame that is. */
const MARKED = [
  ...["mpeg2video", "mpeg4", "h264", "vc1", "wmv3", "dvvideo", "prores", "dnxhd", "cfhd", "cavs"],
  ...["ffv1", "utvideo", "rawvideo", "v210", "mjpeg"],
];
/** Codecs that know nothing of fields, so that only the container can say it. */
const UNMARKED = ["huffyuv", "ffvhuff", "mjpeg", "jpeg2000", "magicyuv", "png", "r210", "v410"];

const INTERLACED = ["tt", "bb", "tb", "bt"];

/** ffprobe's field order: of two letters, the first names the field that is coded first, the second the one shown first. */
export function isInterlaced({ field_order = "unknown" }: StreamReport): boolean {
  return INTERLACED.includes(field_order);
}

/**
 * Which frames are deinterlaced. Headers often say nothing, so all marked frames are, unless the file or the codec says
 * that there are none: a filter that only passes frames on costs 2 % of an encoding.
 */
export function chooseDeinterlacing(stream: StreamReport): Deinterlacing {
  const { codec_name = "unknown", field_order = "unknown" } = stream;
  if (!isInterlaced(stream)) return field_order !== "progressive" && MARKED.includes(codec_name) ? "marked" : "none";
  if (!UNMARKED.includes(codec_name)) return "marked";
  return field_order.endsWith("t") ? "all-top-first" : "all-bottom-first";
}
