import { fault, PICTURE, piece, type Row, SOUND, seconds, tryTimedRows } from "./timed-rows.ts";

/* A few frames a second: each is decoded when it is shown, and none before zero. */

type Few = { readonly name: string; readonly fileName: string; readonly fps: number };

const few = ({ name, fileName, fps }: Few, video: readonly string[], audio: readonly string[]): Row => ({
  ...{ name, long: true },
  make: (path) =>
    piece({
      ...{ path: path(fileName), seconds: 8, sound: { ...SOUND, encoder: audio } },
      picture: { ...PICTURE, frameRate: String(fps), encoder: video },
    }),
  expected: { seconds: 8, frames: 8 * fps, together: seconds(1, 8) },
});

const VP9 = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"];
const WITH_B_FRAMES = ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-x264-params", "b-adapt=0"];

tryTimedRows("a low frame rate begins at once", [
  {
    name: "a frame a second, of which none is decoded before zero",
    make: (path) => piece({ path: path("slides.mp4"), seconds: 8, picture: { size: "320x180", frameRate: "1" } }),
    expected: { seconds: 8, frames: 8, together: [1], alone: seconds(2, 8) },
  },
  few({ name: "two frames a second: VP9 in WebM", fileName: "two.webm", fps: 2 }, VP9, ["-c:a", "libopus"]),
  few(
    { name: "three frames a second: MPEG-4 in AVI", fileName: "three.avi", fps: 3 },
    ["-c:v", "mpeg4"],
    ["-c:a", "pcm_s16le"],
  ),
  few({ name: "five frames a second: H.264 with B-frames in MPEG-TS", fileName: "five.ts", fps: 5 }, WITH_B_FRAMES, [
    "-c:a",
    "aac",
  ]),
  fault("c20-one-fps.mp4", { seconds: 12, frames: 12, together: [1], alone: seconds(2, 12) }),
]);
