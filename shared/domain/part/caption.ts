/** As many as one part has. */
export const MOST_CAPTIONS = 40;

/**
 * Captions of a part in one language: what EXT-X-MEDIA says of them (RFC 8216bis 4.4.6.1), and where their text is. The
 * order of a part's captions is that of its list.
 */
export type Caption = {
  /** Stays when the text is replaced. */
  readonly captionId: string;
  /** Of the text, 22 characters: addresses name it, and a replaced text gets another. */
  readonly textId: string;
  /** The WebVTT file in SOURCE. */
  readonly objectKey: string;
  /** SOURCE: found in the file of the part, and stored with its clear renditions. */
  readonly origin: "UPLOADED" | "SOURCE";
  /** BCP 47, canonical; `und` where it is not known. */
  readonly language: string;
  /** Unique within the part: players list it. */
  readonly name: string;
  readonly isDefault: boolean;
  readonly isForced: boolean;
  /** Uniform type identifiers, as CHARACTERISTICS lists them. */
  readonly characteristics: readonly string[];
  readonly cues: number;
  readonly bytes: number;
  readonly createdAt: number;
  /** Time of the last change of the text, in ms. */
  readonly textChangedAt: number;
};

/** What an editor may change. */
export type CaptionFields = Pick<Caption, "language" | "name" | "isDefault" | "isForced" | "characteristics">;

/** A text that is stored. */
export type StoredText = Pick<Caption, "textId" | "objectKey" | "cues" | "bytes">;

/** One chapter; it ends where the next one starts, or with the part. */
export type Chapter = { readonly startSeconds: number; readonly title: string };

/** SET: by an editor, and kept when the source is replaced. */
export type Chapters = { readonly origin: "SET" | "SOURCE"; readonly items: readonly Chapter[] };

export const MOST_CHAPTERS = 300;
export const MOST_CHAPTER_TITLE = 200;

/** The canonical form of a BCP 47 language tag; null for any other text. */
export function canonicalLanguage(text: string): string | null {
  if (text.length > 35) return null;
  try {
    return Intl.getCanonicalLocales(text)[0] ?? null;
  } catch {
    return null;
  }
}

/** Captions without those that came from the source, which a new source replaces. */
export function uploadedCaptions(captions: readonly Caption[]): readonly Caption[] {
  return captions.filter(({ origin }) => origin === "UPLOADED");
}

/** An editor's captions and those of the source, with names that are unique and one default at most. */
export function mergedCaptions(own: readonly Caption[], ofSource: readonly Caption[]): readonly Caption[] {
  const merged = [...own];
  for (const caption of ofSource.slice(0, Math.max(0, MOST_CAPTIONS - own.length))) {
    const hasDefault = merged.some(({ isDefault }) => isDefault);
    merged.push({ ...caption, name: freeName(caption.name, merged), isDefault: caption.isDefault && !hasDefault });
  }
  return merged;
}

function freeName(name: string, taken: readonly Caption[]): string {
  const isFree = (text: string) => !taken.some((caption) => caption.name === text);
  if (isFree(name)) return name;
  for (let number = 2; ; number++) if (isFree(`${name} ${number}`)) return `${name} ${number}`;
}
