import type { StreamReport } from "./stream-report.ts";

/** Sample entries of codecs that an ffmpeg may not know, and what people call them. */
const NAMES: Record<string, string> = {
  "ac-4": "AC-4",
  ...{ vvc1: "VVC", vvi1: "VVC", evc1: "EVC", lvc1: "LCEVC", avs3: "AVS3", av3a: "Audio Vivid" },
  ...{ mha1: "MPEG-H 3D Audio", mha2: "MPEG-H 3D Audio", mhm1: "MPEG-H 3D Audio", mhm2: "MPEG-H 3D Audio" },
  ...{ iamf: "IAMF", dtsx: "DTS:X", dtsy: "DTS:X", apv1: "APV", aprn: "ProRes RAW", aprh: "ProRes RAW" },
};

/** The codec of a stream for a sentence: as ffprobe names it, or by the tag of its container. */
export function codecName({ codec_name, codec_tag_string = "" }: StreamReport): string {
  if (codec_name !== undefined && !["unknown", "none"].includes(codec_name)) return codec_name;
  const tag = codec_tag_string.trim();
  return NAMES[tag] ?? (/^[A-Za-z][\w .-]{2,3}$/.test(tag) ? tag : "unknown");
}
