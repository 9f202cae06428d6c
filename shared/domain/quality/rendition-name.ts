import { isQuality, type Quality } from "./quality.ts";

/*
 * What a playlist names: the media of a quality, or the captions with one text. Only qualities have keys and policies, so
 * text renditions are no qualities.
 */

/** `id` is the text's, and another once the text is replaced: an address never changes what it names. */
export type TextRenditionName = `text-${string}`;
export type RenditionName = Quality | TextRenditionName;

const TEXT_NAME = /^text-[A-Za-z0-9_-]{22}$/;

export function textRenditionName(textId: string): TextRenditionName {
  return `text-${textId}`;
}

export function isTextRenditionName(name: string): name is TextRenditionName {
  return TEXT_NAME.test(name);
}

/** Null for any text that names no rendition. */
export function parseRenditionName(name: string): RenditionName | null {
  return isQuality(name) || isTextRenditionName(name) ? name : null;
}
