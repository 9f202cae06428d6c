import { basename, extname } from "node:path";

const AUDIO_ENDINGS = new Set([".mp3", ".m4a", ".aac", ".flac", ".wav", ".ogg", ".oga", ".opus", ".wma", ".aiff"]);

/** What the post is called, and whether it is a video, judged by the file name. */
export function describeFileName(fileName: string): { title: string; resourceType: "VIDEO" | "AUDIO" } {
  const ending = extname(fileName).toLowerCase();
  return {
    title: basename(fileName, extname(fileName)) || fileName,
    resourceType: AUDIO_ENDINGS.has(ending) ? "AUDIO" : "VIDEO",
  };
}
