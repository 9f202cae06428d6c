import { fault, PICTURE, piece, type Row, SOUND, seconds, tryTimedRows } from "./timed-rows.ts";

/* A few pictures a second, each of which is repeated: browsers hold back the last pictures of a segment. */

type Few = { readonly name: string; readonly fileName: string; readonly fps: number; readonly times: number };

const few = ({ name, fileName, fps, times }: Few, video: readonly string[], audio: readonly string[]): Row => ({
  ...{ name, long: true },
  make: (path) =>
    piece({
      ...{ path: path(fileName), seconds: 8, sound: { ...SOUND, encoder: audio } },
      picture: { ...PICTURE, frameRate: String(fps), encoder: video },
    }),
  expected: { seconds: 8, frames: 8 * fps * times, together: seconds(1, 8) },
});

const VP9 = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"];
const WITH_B_FRAMES = ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-x264-params", "b-adapt=0"];

tryTimedRows("a low frame rate begins at once", [
  {
    name: "a picture a second: H.264 in MP4",
    make: (path) => piece({ path: path("slides.mp4"), seconds: 8, picture: { size: "320x180", frameRate: "1" } }),
    expected: { seconds: 8, frames: 80, together: [1], alone: seconds(2, 8) },
  },
  few({ name: "two frames a second: VP9 in WebM", fileName: "two.webm", fps: 2, times: 5 }, VP9, ["-c:a", "libopus"]),
  few(
    { name: "three frames a second: MPEG-4 in AVI", fileName: "three.avi", fps: 3, times: 4 },
    ["-c:v", "mpeg4"],
    ["-c:a", "pcm_s16le"],
  ),
  few(
    { name: "five frames a second: H.264 with B-frames in MPEG-TS", fileName: "five.ts", fps: 5, times: 2 },
    WITH_B_FRAMES,
    ["-c:a", "aac"],
  ),
  fault("c20-one-fps.mp4", { seconds: 12, frames: 120, together: [1], alone: seconds(2, 12) }),
]);
