import type { Attribute } from "./attribute-list.ts";

/** How a line ended in the text; the last line may have none. */
export type LineEnding = "\n" | "\r\n" | "";

/** What stands after the colon of a tag. A tag that we do not know keeps its text as it is. */
export type TagValue =
  | { readonly form: "none" }
  | { readonly form: "text"; readonly text: string }
  | { readonly form: "attribute-list"; readonly attributes: readonly Attribute[] };

/** `name` is without the number sign: `EXT-X-KEY`. */
export type TagLine = {
  readonly type: "tag";
  readonly name: string;
  readonly value: TagValue;
  readonly ending: LineEnding;
};

/** `text` is the line without its ending; a comment keeps its number sign, a blank line its spaces. */
export type TextLine = {
  readonly type: "blank" | "comment" | "uri";
  readonly text: string;
  readonly ending: LineEnding;
};

export type PlaylistLine = TagLine | TextLine;

export type PlaylistKind = "multivariant" | "media";

/**
 * A playlist as all its lines: printing it gives the parsed text, to the byte. Changes replace lines; unknown lines
 * stay.
 */
export type Playlist = {
  readonly kind: PlaylistKind;
  readonly lines: readonly PlaylistLine[];
};
