import type { FoundCaption } from "../../../shared/application/protocols/job-protocol.ts";
import { canonicalLanguage } from "../../../shared/domain/part/caption.ts";
import { TOKEN_PLACEHOLDER } from "../../../shared/domain/part/content-key.ts";
import { singleLineOf } from "./source-text.ts";
import type { SourceSubtitles } from "./text-subtitles.ts";

const LONGEST_NAME = 100;

/** Apple's names for captions that also say who speaks and what sounds. */
const FOR_HEARING_IMPAIRED = [
  "public.accessibility.transcribes-spoken-dialog",
  "public.accessibility.describes-music-and-sound",
];

/** How playlists describe subtitles of the source. */
export function captionFields(subtitles: SourceSubtitles): Omit<FoundCaption, "track" | "cues" | "bytes"> {
  const { isDefault, isForced, isForHearingImpaired } = subtitles;
  const language = languageOf(subtitles.language);
  const characteristics = isForHearingImpaired ? FOR_HEARING_IMPAIRED : [];
  return { language, name: nameOf(subtitles, language), isDefault, isForced, characteristics };
}

/** Containers have codes of three letters; BCP 47 prefers those of two. */
function languageOf(text: string | null): string {
  const language = text === null ? null : canonicalLanguage(text.trim().replaceAll("_", "-"));
  return language === null || /^(?:und|mis|mul|zxx)$/.test(language) ? "und" : language;
}

/** The title of the track, or the language in its own words. */
function nameOf({ title, streamIndex, isForced, isForHearingImpaired }: SourceSubtitles, language: string): string {
  const given = singleLineOf((title ?? "").replaceAll(TOKEN_PLACEHOLDER, " "))
    .slice(0, LONGEST_NAME)
    .trim();
  if (given !== "") return given;
  const kind = isForced ? " (forced)" : isForHearingImpaired ? " (SDH)" : "";
  if (language === "und") return `Track ${streamIndex}${kind}`;
  const name = new Intl.DisplayNames([language, "en"], { type: "language" }).of(language) ?? language;
  return `${name.charAt(0).toLocaleUpperCase(language)}${name.slice(1)}${kind}`.slice(0, LONGEST_NAME);
}
