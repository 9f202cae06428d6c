import { assertPlaylistText, assertPlaylistUri, assertPositiveInteger } from "./playlist-value.ts";

/** One rung as it was measured; bandwidths in bits per second, width and height in pixels, null for sound alone. */
export type VariantFacts = {
  readonly quality: string;
  readonly uri: string;
  readonly peakBandwidth: number;
  readonly averageBandwidth: number;
  /** RFC 6381 names, separated by commas, as read from the bitstream. */
  readonly codecs: string;
  readonly width: number | null;
  readonly height: number | null;
  readonly frameRate: { readonly numerator: number; readonly denominator: number } | null;
};

/**
 * The multivariant playlist of one title, variants in the order given (players start with the first). Throws TypeError
 * for a value that cannot stand in a playlist and for an empty ladder.
 */
export function writeMultivariantPlaylist({ variants }: { readonly variants: readonly VariantFacts[] }): string {
  if (variants.length === 0) throw new TypeError("a multivariant playlist needs a variant");
  // RFC 8216 4.3.4.2: once NONE stands at one variant it must stand at all. Sound alone has no captions to deny.
  const hasPicture = variants.some((variant) => variant.width !== null);
  const lines = [
    "#EXTM3U",
    // RFC 8216 4.3.1.2: the version covers the media behind the playlist too; what is behind it needs 3.
    "#EXT-X-VERSION:3",
    // RFC 8216 4.3.5.1: every segment of every rung starts with a key frame.
    "#EXT-X-INDEPENDENT-SEGMENTS",
    ...variants.flatMap((variant) => [`#EXT-X-STREAM-INF:${streamInf(variant, hasPicture)}`, variant.uri]),
  ];
  return `${lines.join("\n")}\n`;
}

/** RFC 8216 4.3.4.2. BANDWIDTH is required; the others are what lets a player choose before it fetches. */
function streamInf(variant: VariantFacts, hasPicture: boolean): string {
  assertVariant(variant);
  const attributes = [
    `BANDWIDTH=${variant.peakBandwidth}`,
    `AVERAGE-BANDWIDTH=${variant.averageBandwidth}`,
    `CODECS="${variant.codecs}"`,
  ];
  if (variant.width !== null) attributes.push(`RESOLUTION=${variant.width}x${variant.height}`);
  // RFC 8216 4.3.4.2: rounded to three decimal places.
  const { frameRate } = variant;
  if (frameRate) attributes.push(`FRAME-RATE=${(frameRate.numerator / frameRate.denominator).toFixed(3)}`);
  if (hasPicture) attributes.push("CLOSED-CAPTIONS=NONE");
  return attributes.join(",");
}

function assertVariant({ quality, uri, codecs, width, height, frameRate, ...bandwidths }: VariantFacts): void {
  assertPlaylistText(quality, "a variant's quality");
  assertPlaylistUri(uri, `the URI of ${quality}`);
  assertPlaylistText(codecs, `CODECS of ${quality}`);
  if (codecs === "") throw new TypeError(`CODECS of ${quality} is empty`);
  assertPositiveInteger(bandwidths.peakBandwidth, `BANDWIDTH of ${quality}`);
  assertPositiveInteger(bandwidths.averageBandwidth, `AVERAGE-BANDWIDTH of ${quality}`);
  if ((width === null) !== (height === null)) throw new TypeError(`${quality} has half a resolution`);
  if (width !== null) assertPositiveInteger(width, `the width of ${quality}`);
  if (height !== null) assertPositiveInteger(height, `the height of ${quality}`);
  if (frameRate === null) return;
  assertPositiveInteger(frameRate.numerator, `the frame rate of ${quality}`);
  assertPositiveInteger(frameRate.denominator, `the frame rate of ${quality}`);
}
