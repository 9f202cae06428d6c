import { z } from "zod";

const sideDataSchema = z.looseObject({
  side_data_type: z.string().optional(),
  dv_profile: z.number().optional(),
  dv_bl_signal_compatibility_id: z.number().optional(),
  bl_present_flag: z.number().optional(),
  // A damaged display matrix has no angle; the rest of the report is still good.
  rotation: z.coerce.number().optional().catch(undefined),
  displaymatrix: z.string().optional(),
});

const streamSchema = z.looseObject({
  index: z.number(),
  codec_type: z.string().optional(),
  codec_name: z.string().optional(),
  codec_tag_string: z.string().optional(),
  codec_tag: z.string().optional(),
  id: z.string().optional(),
  width: z.number().optional(),
  height: z.number().optional(),
  sample_aspect_ratio: z.string().optional(),
  r_frame_rate: z.string().optional(),
  avg_frame_rate: z.string().optional(),
  pix_fmt: z.string().optional(),
  field_order: z.string().optional(),
  color_space: z.string().optional(),
  color_primaries: z.string().optional(),
  color_transfer: z.string().optional(),
  sample_rate: z.coerce.number().optional(),
  channels: z.number().optional(),
  nb_frames: z.coerce.number().optional(),
  duration: z.coerce.number().optional(),
  start_time: z.coerce.number().optional(),
  has_b_frames: z.number().optional(),
  channel_layout: z.string().optional(),
  disposition: z.record(z.string(), z.number()).optional(),
  side_data_list: z.array(sideDataSchema).optional(),
  tags: z
    .looseObject({ rotate: z.string().optional(), language: z.string().optional(), title: z.string().optional() })
    .optional(),
});

const reportSchema = z.looseObject({
  streams: z.array(streamSchema).default([]),
  programs: z.array(z.looseObject({ streams: z.array(z.looseObject({ index: z.number() })).default([]) })).default([]),
  chapters: z
    .array(
      z.looseObject({
        start_time: z.coerce.number().optional().catch(undefined),
        tags: z.looseObject({ title: z.string().optional() }).optional(),
      }),
    )
    .default([]),
  format: z
    .looseObject({
      format_name: z.string().optional(),
      duration: z.coerce.number().optional(),
      start_time: z.coerce.number().optional(),
    })
    .optional(),
});

export type StreamReport = z.infer<typeof streamSchema>;
export type Report = z.infer<typeof reportSchema>;

/** What ffprobe printed with `-show_format -show_programs -show_streams -show_chapters -of json`, parsed as JSON; null when it is something else. */
export function parseReport(report: unknown): Report | null {
  return reportSchema.safeParse(report).data ?? null;
}

/** A moving picture; the cover of a song is none. */
export function isPicture(stream: StreamReport): boolean {
  return stream.codec_type === "video" && stream.disposition?.attached_pic !== 1;
}

export function isSound(stream: StreamReport): boolean {
  return stream.codec_type === "audio";
}

/** The tracks whose packet times say how fast the picture moves. */
export function pictureIndexes(report: unknown): Set<number> {
  const streams = parseReport(report)?.streams ?? [];
  return new Set(streams.filter(isPicture).map(({ index }) => index));
}
