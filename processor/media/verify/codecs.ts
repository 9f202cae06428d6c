/** RFC 6381 strings, from what is in the streams: what a container promised is not what an encoder wrote. */

const NAL_SEQUENCE_PARAMETER_SET = 7;

/** An H.264 stream in Annex B form -> `avc1.PPCCLL`: profile, constraints and level of its first SPS; null without one. */
export function avcCodec(annexB: Uint8Array): string | null {
  for (let i = 0; i + 6 < annexB.length; i++) {
    const startCode = annexB[i] === 0 && annexB[i + 1] === 0 && annexB[i + 2] === 1;
    if (!startCode || ((annexB[i + 3] ?? 0) & 0x1f) !== NAL_SEQUENCE_PARAMETER_SET) continue;
    const bytes = [annexB[i + 4] ?? 0, annexB[i + 5] ?? 0, annexB[i + 6] ?? 0];
    return `avc1.${bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  }
  return null;
}

/** ISO/IEC 14496-3, by the names that ffprobe gives to profiles. */
const AUDIO_OBJECT_TYPES: Readonly<Record<string, number>> = {
  Main: 1,
  LC: 2,
  SSR: 3,
  LTP: 4,
  "HE-AAC": 5,
  "HE-AACv2": 29,
};

/** The profile of an AAC stream -> `mp4a.40.N`, N being the audio object type; null for another. */
export function aacCodec(profile: string): string | null {
  return Object.hasOwn(AUDIO_OBJECT_TYPES, profile) ? `mp4a.40.${AUDIO_OBJECT_TYPES[profile]}` : null;
}

/** The bytes of ffprobe's `00000000: 0000 0167 6400 28ac  ...gd.(.` lines. */
export function hexDumpBytes(dump: string): Uint8Array {
  const digits = [...dump.matchAll(/^[0-9a-f]{8}: ((?:[0-9a-f]{2,4} )+)/gm)].map(([, bytes = ""]) => bytes);
  return Buffer.from(digits.join("").replaceAll(" ", ""), "hex");
}
