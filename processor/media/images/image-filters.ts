import { type ImagePlan, type PosterWindow, TILE_STEP_SECONDS } from "./image-plan.ts";

/**
 * Picture number n is what the film shows at n steps: where the source has fewer pictures they repeat, where it starts
 * late its first one stands before.
 */
export const TILE_RATE = `fps=fps=${1 / TILE_STEP_SECONDS}:start_time=0:round=up:eof_action=pass`;

/** JPEG has full range and the matrix of BT.601, whatever its source had (ITU-T T.871). */
export const JPEG_COLOR = ["scale=out_color_matrix=bt601:out_range=pc", "format=yuvj420p"] as const;

/** Selects the pictures of full size; the first one at or after the start of each window is always among them. */
export function posterSelection({ windows, posterInterval }: Pick<ImagePlan, "windows" | "posterInterval">): string {
  const terms = [
    ...windows.map(windowTerm),
    ...(posterInterval === null ? [] : [`isnan(prev_selected_t)+gte(t-prev_selected_t,${posterInterval})`]),
  ];
  return `select='${terms.join("+")}'`;
}

function windowTerm({ from, to, step }: PosterWindow): string {
  const [start, end, distance] = [from, to, step].map((seconds) => seconds.toFixed(3)) as [string, string, string];
  const isFirst = `gte(t,${start})*(isnan(prev_selected_t)+lt(prev_selected_t,${start}))`;
  return `${isFirst}+between(t,${start},${end})*gte(t-prev_selected_t,${distance})`;
}

/** The options of the outputs, and their files below the folder `images`. */
export function imageOutputs(passthrough: readonly string[]): ImageOutput[] {
  const jpeg = ["-c:v", "mjpeg", "-threads", "1", "-flags:v", "+bitexact", ...passthrough, "-an", "-sn", "-dn"];
  return [
    {
      options: ["-map", "[tiles]", ...jpeg, "-q:v", String(TILE_QUALITY), "-f", "mjpeg"],
      target: `${IMAGE_FOLDER}/${TILE_FILE}`,
    },
    {
      options: [
        ...["-map", "[posters]", ...jpeg, "-q:v", String(POSTER_QUALITY)],
        // Milliseconds, which the names then are.
        ...["-enc_time_base", "1:1000", "-f", "image2", "-frame_pts", "1"],
      ],
      target: `${IMAGE_FOLDER}/poster_%d.jpg`,
    },
  ];
}

export type ImageOutput = { readonly options: readonly string[]; readonly target: string };

/** Within the output directory of ffmpeg. */
export const IMAGE_FOLDER = "images";
/** All small pictures, one JPEG after the other. */
export const TILE_FILE = "tiles.mjpeg";
/** From 2, the best. */
const TILE_QUALITY = 2;
const POSTER_QUALITY = 3;

/** The time of a picture of full size, by the name of its file; null for another file. */
export function pictureSeconds(fileName: string): number | null {
  const milliseconds = /^poster_(\d+)\.jpg$/.exec(fileName)?.[1];
  return milliseconds === undefined ? null : Number(milliseconds) / 1000;
}
