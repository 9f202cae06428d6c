/** The programs that the processor would use. */
export const MEDIA_TOOLS = {
  ffmpeg: process.env.FFMPEG_PATH ?? "ffmpeg",
  ffprobe: process.env.FFPROBE_PATH ?? "ffprobe",
};
