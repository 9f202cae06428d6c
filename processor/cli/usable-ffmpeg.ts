import { inspectFfmpeg } from "../adapters/ffmpeg/capabilities.ts";
import type { ProcessorConfig } from "../config/config.ts";

export type Ffmpeg =
  | { readonly kind: "usable"; readonly version: string }
  | { readonly kind: "unusable" /** A sentence that says what to set. */; readonly problem: string };

export async function usableFfmpeg({ ffmpegPath }: ProcessorConfig): Promise<Ffmpeg> {
  try {
    const { version, encodesLadder } = await inspectFfmpeg(ffmpegPath);
    if (encodesLadder) return { kind: "usable", version };
    return { kind: "unusable", problem: `${ffmpegPath} has no libx264 or aac: set FFMPEG_PATH to one that has` };
  } catch (error) {
    return { kind: "unusable", problem: error instanceof Error ? error.message : String(error) };
  }
}
