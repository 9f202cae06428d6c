/** All qualities. Keys, policies and renditions are named after them. */
export const VIDEO_QUALITIES = ["1080p", "720p", "480p", "360p"] as const;
export const AUDIO_QUALITIES = ["192k", "128k", "96k"] as const;

export type VideoQuality = (typeof VIDEO_QUALITIES)[number];
export type AudioQuality = (typeof AUDIO_QUALITIES)[number];
export type Quality = VideoQuality | AudioQuality;

export const QUALITIES: readonly Quality[] = [...VIDEO_QUALITIES, ...AUDIO_QUALITIES];

export function isQuality(value: string): value is Quality {
  return (QUALITIES as readonly string[]).includes(value);
}

export function isAudioQuality(quality: Quality): quality is AudioQuality {
  return (AUDIO_QUALITIES as readonly string[]).includes(quality);
}

/** The alias of a quality in encoder URLs and events: v0 (1080p) to v3 (360p), a0 (192k) to a2 (96k). */
export function variantAlias(quality: Quality): string {
  const video = (VIDEO_QUALITIES as readonly string[]).indexOf(quality);
  return video >= 0 ? `v${video}` : `a${(AUDIO_QUALITIES as readonly string[]).indexOf(quality)}`;
}

/** The quality that an encoder URL or event names; null for any other text. */
export function qualityOfAlias(alias: string): Quality | null {
  return QUALITIES.find((quality) => variantAlias(quality) === alias) ?? null;
}

/** The number in the name: lines of video, kbit/s of audio. */
export function nominalRung(quality: Quality): number {
  return Number.parseInt(quality, 10);
}
