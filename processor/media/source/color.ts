import type { SourceVideo } from "./source-facts.ts";

/** Names of ffmpeg for the three colour properties that H.264 carries. */
export type OutputColor = { readonly space: string; readonly primaries: string; readonly transfer: string };

export const BT709: OutputColor = { space: "bt709", primaries: "bt709", transfer: "bt709" };
const BT601: OutputColor = { space: "smpte170m", primaries: "smpte170m", transfer: "smpte170m" };

const SPACES = ["bt709", "smpte170m", "bt470bg"];
const PRIMARIES = ["bt709", "smpte170m", "bt470bg"];
const TRANSFERS = ["bt709", "smpte170m"];

/** Untagged pictures of this many lines and more are bt709 to every player, smaller ones bt601. */
const HD_LINES = 720;

/** Tone-mapped pictures and RGB become bt709. */
export function isConvertedToBt709(video: SourceVideo): boolean {
  return video.transfer !== "sdr" || /^(rgb|bgr|gbr|argb|abgr|pal8|0rgb|0bgr|x2rgb|x2bgr)/.test(video.pixelFormat);
}

/**
 * What all rungs of a source say of their colour. Without it a player guesses from the size of the picture, and the
 * colours would jump when it changes from 720p to 480p.
 */
export function outputColor(video: SourceVideo): OutputColor {
  if (isConvertedToBt709(video)) return BT709;
  const guess = Math.min(video.width, video.height) >= HD_LINES ? BT709 : BT601;
  const pick = (name: string | null, allowed: readonly string[], fallback: string) =>
    name !== null && allowed.includes(name) ? name : fallback;
  const space = pick(video.color.space, SPACES, guess.space);
  const family = space === "bt709" ? BT709 : BT601;
  return {
    space,
    primaries: pick(video.color.primaries, PRIMARIES, family.primaries),
    transfer: pick(video.color.transfer, TRANSFERS, family.transfer),
  };
}
