import { clockMayStep } from "./origin.ts";
import type { StreamReport } from "./stream-report.ts";

/** A track of text subtitles in the source. */
export type SourceSubtitles = {
  readonly streamIndex: number;
  readonly codec: string;
  /** As the container has it, often of ISO 639-2; null where it says nothing. */
  readonly language: string | null;
  readonly title: string | null;
  readonly isDefault: boolean;
  readonly isForced: boolean;
  readonly isForHearingImpaired: boolean;
};

const TEXT_CODECS: ReadonlySet<string> = new Set(["subrip", "ass", "ssa", "mov_text", "webvtt", "text"]);
const PICTURE_CODECS: ReadonlySet<string> = new Set(["hdmv_pgs_subtitle", "dvd_subtitle", "dvb_subtitle", "xsub"]);
const TELETEXT_CODECS: ReadonlySet<string> = new Set(["dvb_teletext"]);

/** Whether the subtitles are pictures, of which no text can be made, or pages of teletext. */
export function subtitleKind({ codec_name = "" }: StreamReport): "text" | "pictures" | "teletext" | "other" {
  if (TEXT_CODECS.has(codec_name)) return "text";
  if (PICTURE_CODECS.has(codec_name)) return "pictures";
  return TELETEXT_CODECS.has(codec_name) ? "teletext" : "other";
}

/**
 * The tracks that become captions. Clocks that step are followed by the tracks that ffmpeg reads, so that a reading of
 * subtitles alone would be on another one: those containers have no text subtitles in practice.
 */
export function textSubtitles(streams: readonly StreamReport[], container: string): readonly StreamReport[] {
  if (clockMayStep(container)) return [];
  return streams.filter((stream) => stream.codec_type === "subtitle" && subtitleKind(stream) === "text");
}

export function toSubtitles({ index, codec_name, tags, disposition }: StreamReport): SourceSubtitles {
  return {
    streamIndex: index,
    codec: codec_name ?? "unknown",
    language: tags?.language ?? null,
    title: typeof tags?.title === "string" ? tags.title : null,
    isDefault: disposition?.default === 1,
    isForced: disposition?.forced === 1,
    isForHearingImpaired: disposition?.hearing_impaired === 1,
  };
}
