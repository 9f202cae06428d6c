import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { PLACES } from "./places.ts";
import { runOrThrow } from "./run-program.ts";

const SECONDS = 20;
const FRAMES_PER_SECOND = 30;

const FONTS = [
  "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf",
  "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
  "/usr/share/fonts/truetype/liberation2/LiberationMono-Regular.ttf",
  "/usr/share/fonts/dejavu-sans-mono-fonts/DejaVuSansMono.ttf",
  "/usr/share/fonts/TTF/DejaVuSansMono.ttf",
  join(PLACES.folder, "tools/debian/ffmpeg/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf"),
  "/System/Library/Fonts/Menlo.ttc",
  "/System/Library/Fonts/Monaco.ttf",
];

/** Makes the sample clip; the file is there whole or not at all. */
export async function makeSampleClip(path: string, ffmpeg: string, signal: AbortSignal): Promise<void> {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true });
  const [draft, fontCopy] = ["sample.part.mp4", "sample-font"];
  const font = FONTS.find((candidate) => existsSync(candidate));
  const make = (withFont: string | null) =>
    runOrThrow(ffmpeg, sampleClipArguments(draft, withFont), { cwd: folder, env: process.env, signal });
  try {
    // Beside the clip, under a plain name: a path inside a filter would have to be escaped twice.
    if (font !== undefined) copyFileSync(font, join(folder, fontCopy));
    await make(font === undefined ? null : fontCopy).catch((error) => {
      signal.throwIfAborted();
      if (font === undefined) throw error;
      // This ffmpeg may lack drawtext; the test picture has its own small clock.
      return make(null);
    });
    renameSync(join(folder, draft), path);
  } finally {
    for (const name of [draft, fontCopy]) rmSync(join(folder, name), { force: true });
  }
}

/** ffmpeg's arguments for a moving test picture with a time code and frame numbers, and a scale played on a soft tone. */
export function sampleClipArguments(output: string, font: string | null): string[] {
  const picture = `testsrc2=size=1920x1080:rate=${FRAMES_PER_SECOND}:duration=${SECONDS}`;
  return [
    ...["-hide_banner", "-loglevel", "error", "-nostdin", "-y"],
    ...["-f", "lavfi", "-i", font === null ? picture : `${picture},${captions(font)}`],
    ...["-f", "lavfi", "-i", `aevalsrc=exprs=${scale()}:s=48000:d=${SECONDS}`],
    ...[
      "-c:v",
      "libx264",
      "-preset",
      "veryfast",
      "-crf",
      "20",
      "-pix_fmt",
      "yuv420p",
      "-g",
      String(2 * FRAMES_PER_SECOND),
    ],
    ...["-c:a", "aac", "-b:a", "128k", "-ac", "2", "-movflags", "+faststart", "-f", "mp4", output],
  ];
}

function captions(font: string): string {
  const common = `fontfile=${font}:fontcolor=white:box=1:boxcolor=black@0.75`;
  const centred = "x=(w-text_w)/2";
  return [
    `drawtext=${common}:boxborderw=24:fontsize=150:${centred}:y=(h-text_h)/2-60:timecode='00\\:00\\:00\\:00':rate=${FRAMES_PER_SECOND}`,
    `drawtext=${common}:boxborderw=16:fontsize=64:${centred}:y=(h-text_h)/2+110:text='frame %{frame_num}'`,
  ].join(",");
}

/** A note each second, eight to the octave, each faded in and out so that the change does not click. */
function scale(): string {
  const frequency = "220*pow(2\\,mod(floor(t)\\,9)/8)";
  const envelope = "min(1\\,20*mod(t\\,1))*min(1\\,20*(1-mod(t\\,1)))";
  return `0.2*sin(2*PI*${frequency}*t)*${envelope}`;
}
