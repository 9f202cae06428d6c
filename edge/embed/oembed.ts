import * as z from "zod";
import type { WatchView } from "../watch/watch-view.ts";

/** oEmbed 1.0 (oembed.com), of type video. */
export type OEmbed = {
  readonly version: "1.0";
  readonly type: "video";
  readonly title: string;
  readonly provider_name: "ladderlock";
  readonly provider_url: string;
  readonly width: number;
  readonly height: number;
  readonly html: string;
  readonly cache_age: number;
};

const size = z
  .string()
  .regex(/^[1-9]\d{0,4}$/)
  .transform(Number)
  .optional();

export const oembedQuery = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  format: z.enum(["json", "xml"]).default("json"),
  maxwidth: size,
  maxheight: size,
});

type Box = Pick<z.output<typeof oembedQuery>, "maxwidth" | "maxheight">;
type Part = { readonly videoPostId: string; readonly fileIndex: number };

const PAGE = /^\/(?:watch|embed)\/([0-9a-f-]{36})\/(\d{1,6})$/;

/** The part of a watch or embed page of this origin; null for every other address. */
export function partOf(url: string, origin: string): Part | null {
  const asked = new URL(url);
  const [, videoPostId, fileIndex] = PAGE.exec(asked.pathname) ?? [];
  if (asked.origin !== origin || videoPostId === undefined) return null;
  return { videoPostId, fileIndex: Number(fileIndex) };
}

const STANDARD_WIDTH = 640;
const WIDE = 9 / 16;

export function oembed(
  origin: string,
  { videoPostId, fileIndex }: Part,
  { title, rungs }: WatchView & { kind: "playable" },
  { maxwidth, maxheight }: Box,
  cacheSeconds: number,
): OEmbed {
  const [best] = rungs;
  const ratio = best?.width && best.height ? best.height / best.width : WIDE;
  const width = Math.floor(Math.min(maxwidth ?? STANDARD_WIDTH, (maxheight ?? Number.POSITIVE_INFINITY) / ratio));
  const height = Math.round(width * ratio);
  const src = `${origin}/embed/${videoPostId}/${fileIndex}`;
  const allow = "autoplay; fullscreen; picture-in-picture";
  return {
    ...{ version: "1.0", type: "video", title, provider_name: "ladderlock", provider_url: origin },
    ...{ width, height },
    html: `<iframe src="${src}" width="${width}" height="${height}" title="${escaped(title)}" allow="${allow}" style="border: 0"></iframe>`,
    cache_age: cacheSeconds,
  };
}

function escaped(text: string): string {
  const names: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replaceAll(/[&<>"]/g, (one) => names[one] ?? one);
}
