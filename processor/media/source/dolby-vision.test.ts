import { expect, it } from "vitest";
import { isEnhancementLayer, refuseDolbyVision } from "./dolby-vision.ts";

const stream = (record: Record<string, unknown>) => ({ index: 0, side_data_list: [{ rotation: 90 }, record] });

it.each([
  [5, 0, true],
  [5, 1, true],
  [10, 0, true],
  [20, 0, true],
  [10, 4, false],
  [4, 0, false],
  [7, 6, false],
  [8, 1, false],
  [8, 4, false],
  [9, 2, false],
])(
  "refuses Dolby Vision without a base layer for other screens: profile %i.%i, %s",
  (profile, compatibility, refused) => {
    const record = { dv_profile: profile, dv_bl_signal_compatibility_id: compatibility };
    expect(refuseDolbyVision(stream(record))?.reason ?? null).toBe(
      refused
        ? `The video is Dolby Vision profile ${profile}, which cannot be converted. Export it in HDR10, HLG or SDR, and upload that.`
        : null,
    );
  },
);

it("recognises a track that only adds to another one", () => {
  expect(isEnhancementLayer(stream({ dv_profile: 7, bl_present_flag: 0 }))).toBe(true);
  expect(isEnhancementLayer(stream({ dv_profile: 8, bl_present_flag: 1 }))).toBe(false);
  expect(isEnhancementLayer({ index: 0 })).toBe(false);
});
