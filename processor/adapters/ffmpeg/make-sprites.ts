import { MOST_TILES } from "../../../shared/domain/part/part-images.ts";
import type { ArgumentCapabilities } from "../../media/encode/ffmpeg-arguments.ts";
import { TILE_FILE } from "../../media/images/image-filters.ts";
import { type StoryboardGrid, tileSelection } from "../../media/images/storyboard-grid.ts";
import { DEFAULT_MEDIA_LIMITS } from "../../media/source/limits.ts";
import { inspectFfmpeg } from "./capabilities.ts";
import type { MediaTools } from "./launch.ts";
import { runTool, type ToolResult } from "./run-tool.ts";

export type ImageWork = {
  /** Holds the small pictures; sprites are written to it. */
  readonly directory: string;
  readonly tools: MediaTools;
  readonly signal: AbortSignal;
};

const TIMEOUT_SECONDS = 600;
const SPRITE_QUALITY = 4;

/** A run of ffmpeg over pictures failed. The message is for the log. */
export class ImageFault extends Error {
  override readonly name = "ImageFault";
}

/** Sprites of at most 100 tiles, from the small pictures that the conversion has left. Returns their names, in order. */
export async function makeSprites(work: ImageWork, grid: StoryboardGrid): Promise<string[]> {
  await runOverImages(work, spriteArguments(grid, await inspectFfmpeg(work.tools.ffmpeg)));
  return Array.from({ length: Math.ceil(grid.tiles / MOST_TILES) }, (_, index) => `sprite_${index + 1}.jpg`);
}

export function spriteArguments(grid: StoryboardGrid, { fpsMode }: Pick<ArgumentCapabilities, "fpsMode">): string[] {
  const { columns, rows } = grid;
  return [
    ...QUIET,
    ...["-f", "mjpeg", "-i", `file:${TILE_FILE}`],
    ...["-vf", `${tileSelection(grid)},tile=${columns}x${rows}`, "-an"],
    ...[fpsMode ? "-fps_mode" : "-vsync", "passthrough"],
    ...["-c:v", "mjpeg", "-threads", "1", "-flags:v", "+bitexact", "-q:v", String(SPRITE_QUALITY)],
    ...["-f", "image2", "-start_number", "1", "sprite_%d.jpg"],
  ];
}

/** Decodes finished pictures; one message of the decoder and they count as broken. */
export function decodeImages(work: ImageWork, names: readonly string[]): Promise<void> {
  return runOverImages(work, decodeArguments(names));
}

export function decodeArguments(names: readonly string[]): string[] {
  return [
    ...QUIET,
    ...["-xerror", "-err_detect", "explode"],
    ...names.flatMap((name) => ["-f", "image2", "-pattern_type", "none", "-i", `file:${name}`]),
    ...names.flatMap((_, index) => ["-map", String(index)]),
    ...["-f", "null", "-"],
  ];
}

const QUIET = ["-hide_banner", "-v", "error", "-nostdin", "-nostats", "-y"];

async function runOverImages({ directory, tools, signal }: ImageWork, args: readonly string[]): Promise<void> {
  const { setpriv, prlimit } = await inspectFfmpeg(tools.ffmpeg);
  const result = await runTool({
    command: tools.ffmpeg,
    args,
    workingDirectory: directory,
    timeoutSeconds: TIMEOUT_SECONDS,
    signal,
    guard: { setpriv, prlimit, memoryBytes: DEFAULT_MEDIA_LIMITS.memoryBytes },
  });
  const complaint = complaintOf(result);
  if (complaint !== null) throw new ImageFault(complaint);
}

function complaintOf({ code, timedOut, killedBy, stderr }: ToolResult): string | null {
  const said = stderr.filter((line) => line.trim() !== "").join("; ");
  if (timedOut) return `ffmpeg took more than ${TIMEOUT_SECONDS} s over pictures`;
  if (code === 0 && said === "") return null;
  return `ffmpeg ended with ${code ?? killedBy} over pictures: ${said}`;
}
