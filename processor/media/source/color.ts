import type { SourceVideo } from "./source-facts.ts";

/** Names of ffmpeg for the three colour properties that H.264 carries. */
export type ColorTags = { readonly space: string; readonly primaries: string; readonly transfer: string };

export type ColorPlan = {
  /** What all rungs of the ladder say, and are. */
  readonly output: ColorTags;
  /** What the pixels of an SDR source are, where they must be converted; null where they fit the output. */
  readonly convertFrom: ColorTags | null;
};

export const BT709: ColorTags = { space: "bt709", primaries: "bt709", transfer: "bt709" };
const BT601: ColorTags = { space: "smpte170m", primaries: "smpte170m", transfer: "smpte170m" };

/** Matrices that every player knows. */
const KNOWN_SPACES = ["bt709", "smpte170m", "bt470bg"];
/** What can be converted to them. */
const CONVERTED_SPACES = ["fcc", "smpte240m", "ycgco", "bt2020nc", "bt2020c"];
const CONVERTED_PRIMARIES = [
  ...["bt2020", "smpte432", "smpte431", "smpte170m", "bt470bg", "bt470m", "smpte240m", "film", "smpte428"],
  ...["ebu3213", "jedec-p22"],
];
/** Curves that H.264 carries and that a conversion keeps, so that players without colour management show the same. */
const KEPT_TRANSFERS = ["bt709", "iec61966-2-1", "bt470m", "bt470bg"];
const CONVERTED_TRANSFERS = ["linear", "log100", "log316"];
/** Curves that go by the formula of bt709, or nearly (ITU-T H.273, table 3). */
const LIKE_BT709 = ["smpte170m", "bt2020-10", "bt2020-12", "iec61966-2-4", "bt1361e", "smpte240m"];

/** Untagged pictures of this size are bt709 to players, smaller ones bt601. A wide film has few lines. */
const HD_LINES = 720;
const HD_COLUMNS = 1280;

/** RGB has no matrix: it gets the one that the output names. */
export function isRgb({ pixelFormat }: SourceVideo): boolean {
  return /^(rgb|bgr|gbr|argb|abgr|pal8|0rgb|0bgr|x2rgb|x2bgr)/.test(pixelFormat);
}

/**
 * What the rungs of a source say of their colour, and whether its pixels must be converted to that. Without it a player
 * guesses from the size of the picture, and the colours would jump when it changes from 720p to 480p. Tone-mapped
 * pictures and RGB become bt709; primaries other than those of bt709 are converted, and never only renamed.
 */
export function planColor(video: SourceVideo): ColorPlan {
  if (video.transfer !== "sdr") return { output: BT709, convertFrom: null };
  const source = assumedColor(video);
  const foreignPrimaries = isTagged(video.color.primaries, CONVERTED_PRIMARIES) || source.primaries === "bt2020";
  const fits = KNOWN_SPACES.includes(source.space) && !CONVERTED_TRANSFERS.includes(source.transfer);
  if (fits && !foreignPrimaries) return { output: source, convertFrom: null };
  const transfer = KEPT_TRANSFERS.includes(source.transfer) ? source.transfer : "bt709";
  return { output: { ...BT709, transfer }, convertFrom: source };
}

/** The tags that neither players nor the conversion know; the picture is shown as if they were not there. */
export function unknownColor({ color }: SourceVideo): string | null {
  const known = [...KNOWN_SPACES, ...CONVERTED_SPACES, "gbr"];
  if (color.space && !known.includes(color.space)) return color.space;
  if (color.primaries && !["bt709", ...CONVERTED_PRIMARIES].includes(color.primaries)) return color.primaries;
  const curves = [...KEPT_TRANSFERS, ...CONVERTED_TRANSFERS, ...LIKE_BT709, "smpte2084", "arib-std-b67"];
  return color.transfer && !curves.includes(color.transfer) ? color.transfer : null;
}

function isTagged(tag: string | null, known: readonly string[]): tag is string {
  return tag !== null && known.includes(tag);
}

/** The tags of a source, and what its other tags and its size suggest where it has none. */
function assumedColor(video: SourceVideo): ColorTags {
  const { color, width, height } = video;
  const isHd = Math.min(width, height) >= HD_LINES || Math.max(width, height) >= HD_COLUMNS;
  const tagged = isTagged(color.space, [...KNOWN_SPACES, ...CONVERTED_SPACES]) ? color.space : null;
  const space = isRgb(video) ? "bt709" : (tagged ?? spaceOf(color.primaries));
  const family = space === null ? (isHd ? BT709 : BT601) : familyOf(space);
  const curves = [...KEPT_TRANSFERS, ...CONVERTED_TRANSFERS, ...LIKE_BT709];
  const transfer = isTagged(color.transfer, curves) ? color.transfer : family.transfer;
  return {
    space: space ?? family.space,
    primaries: isTagged(color.primaries, ["bt709", ...CONVERTED_PRIMARIES]) ? color.primaries : family.primaries,
    transfer: LIKE_BT709.includes(transfer) && transfer !== "smpte170m" ? "bt709" : transfer,
  };
}

function familyOf(space: string): ColorTags {
  if (space.startsWith("bt2020")) return { ...BT709, primaries: "bt2020" };
  return ["smpte170m", "bt470bg", "fcc"].includes(space) ? BT601 : BT709;
}

/** The matrix that goes with primaries, where nothing names one: Display P3 is coded like HD. Null goes by the size. */
function spaceOf(primaries: string | null): string | null {
  if (primaries === "bt2020") return "bt2020nc";
  return primaries !== null && ["bt709", "smpte432", "smpte431"].includes(primaries) ? "bt709" : null;
}
