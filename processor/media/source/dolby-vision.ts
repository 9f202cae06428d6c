import { type Refusal, refuse } from "../refusal.ts";
import type { StreamReport } from "./stream-report.ts";

/**
 * Profiles whose base layer is coded for Dolby Vision alone: other screens show it in green and violet. Of the others,
 * the base layer is HDR10, HLG or SDR, and is converted as such.
 */
const WITHOUT_BASE_LAYER = [5];
/** From this profile on (AV1, MV-HEVC), the compatibility identifier says so. */
const FIRST_BY_COMPATIBILITY = 10;

/** Why a Dolby Vision picture cannot be converted; null where it can, or is none. */
export function refuseDolbyVision(stream: StreamReport): Refusal | null {
  const record = stream.side_data_list?.find(({ dv_profile }) => dv_profile !== undefined);
  if (record?.dv_profile === undefined) return null;
  const { dv_profile: profile, dv_bl_signal_compatibility_id: compatibility } = record;
  const alone = WITHOUT_BASE_LAYER.includes(profile) || (profile >= FIRST_BY_COMPATIBILITY && compatibility === 0);
  if (!alone) return null;
  return refuse(
    "format-not-supported",
    `The video is Dolby Vision profile ${profile}, which cannot be converted. Export it in HDR10, HLG or SDR, and upload that.`,
  );
}

/** A track that only adds to another one, and is no picture by itself. */
export function isEnhancementLayer({ side_data_list }: StreamReport): boolean {
  return side_data_list?.some(({ bl_present_flag }) => bl_present_flag === 0) ?? false;
}
