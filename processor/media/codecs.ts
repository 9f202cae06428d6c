/** RFC 6381 strings, read from the elementary streams: what a header promised is not what an encoder wrote. */

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

/** An ADTS header -> `mp4a.40.N`, N being the audio object type; null where there is no ADTS sync word. */
export function aacCodec(adts: Uint8Array): string | null {
  const [sync, layer, profile] = adts;
  if (sync !== 0xff || layer === undefined || profile === undefined || (layer & 0xf6) !== 0xf0) return null;
  return `mp4a.40.${(profile >> 6) + 1}`;
}
