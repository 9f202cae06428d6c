import { PICTURE, piece, type Row, SOUND, tryTimedRows } from "./timed-rows.ts";

/* Sound whose packets do not say when they start, or how long they last. */

const AS_AUDIO = ["The file has no picture: it is offered as audio."];

/** A song that beeps at each second. */
const song = (name: string, fileName: string, encoder: readonly string[], { long = true, seconds = 3 } = {}): Row => ({
  ...{ name, long },
  make: (path) => piece({ path: path(fileName), seconds: 3, picture: null, sound: { ...SOUND, encoder } }),
  expected: { seconds, frames: null, together: [], alone: [1, 2], warnings: AS_AUDIO },
});

/** The same beside a picture that flashes. */
const film = (name: string, fileName: string, video: readonly string[], encoder: readonly string[]): Row => ({
  ...{ name, long: true },
  make: (path) =>
    piece({ path: path(fileName), seconds: 3, picture: { ...PICTURE, encoder: video }, sound: { ...SOUND, encoder } }),
  expected: { seconds: 3, frames: 75, together: [1, 2] },
});

const H264 = ["-c:v", "libx264", "-preset", "ultrafast"];

tryTimedRows("sound without lengths is whole", [
  song("TTA in Matroska", "laced.mka", ["-c:a", "tta"], { long: false }),
  song("TTA", "song.tta", ["-c:a", "tta"]),
  song("WavPack", "song.wv", ["-c:a", "wavpack"]),
  song("WavPack in Matroska", "wavpack.mka", ["-c:a", "wavpack"]),
  // Its last frame is filled.
  song("Windows Media Audio 2 in ASF", "song.wma", ["-c:a", "wmav2"], { seconds: 3.1 }),
  song("ALAC in Matroska", "alac.mka", ["-c:a", "alac"]),
  song("ALAC in CAF", "alac.caf", ["-c:a", "alac"]),
  film("Windows Media Audio 1 beside Windows Media Video 2", "film.wmv", ["-c:v", "wmv2"], ["-c:a", "wmav1"]),
  film("ALAC beside H.264 in Matroska", "film.mkv", H264, ["-c:a", "alac"]),
  film("WavPack beside VP8 in Matroska", "vp8.mkv", ["-c:v", "libvpx", "-deadline", "realtime"], ["-c:a", "wavpack"]),
]);
