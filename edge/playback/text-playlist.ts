import { TOKEN_PLACEHOLDER } from "../../shared/domain/part/content-key.ts";
import { writeMediaPlaylist } from "../../shared/hls/media-playlist.ts";
import { compileTemplate, type PlaylistTemplate } from "../playlist-template/playlist-template.ts";

/**
 * The media playlist of captions: one segment as long as the part. RFC 8216 6.2.4 lets subtitles of a finished playlist
 * have another target duration than the variants.
 */
export function textPlaylist(durationSeconds: number): PlaylistTemplate {
  const segments = [{ uri: `captions.vtt?token=${TOKEN_PLACEHOLDER}`, durationSeconds }];
  return compileTemplate(writeMediaPlaylist({ segments }), TOKEN_PLACEHOLDER);
}

/**
 * RFC 8216 3.5: without it, time zero of the text would be timestamp zero of the segments, which start later. `mediaStart`
 * is on their clock of 90 kHz. `text` is as `printWebVtt` writes it.
 */
export function withTimestampMap(text: string, mediaStart: number): string {
  if (!text.startsWith("WEBVTT\n")) throw new Error("a stored text is no WebVTT of our own");
  return text.replace("WEBVTT\n", `WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:${mediaStart}\n`);
}
