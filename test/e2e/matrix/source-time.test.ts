import { readFile, writeFile } from "node:fs/promises";
import { runFfmpeg } from "../../fixtures/media/generate-clip.ts";
import { fault, joined, PICTURE, piece, SOUND, seconds, still, tryTimedRows, VARIABLE } from "./timed-rows.ts";

/* Pictures that stand still, tracks that begin late, packets without a time, recordings that were joined. */

const MP2 = ["-c:a", "mp2"];

/** As on a DVD: only pictures with a sequence header say when they are shown (ISO/IEC 13818-1, 2.4.3.7). */
async function withoutPictureTimes(path: string): Promise<string> {
  const bytes = await readFile(path);
  for (let at = bytes.indexOf(VIDEO_PES); at >= 0; at = bytes.indexOf(VIDEO_PES, at + VIDEO_PES.length)) {
    const [flags, header] = [at + 7, at + 9];
    const payload = header + bytes.readUInt8(at + 8);
    if (bytes.readUInt32BE(payload) === SEQUENCE_HEADER) continue;
    // Where a time stood, stuffing takes its place.
    const timeBytes = [0, 0, 5, 10][bytes.readUInt8(flags) >> 6] ?? 0;
    bytes.fill(0xff, header, header + timeBytes);
    bytes.writeUInt8(bytes.readUInt8(flags) & 0x3f, flags);
  }
  await writeFile(path, bytes);
  return path;
}

const VIDEO_PES = Buffer.from("000001e0", "hex");
const SEQUENCE_HEADER = 0x1b3;

tryTimedRows("a source out of the ordinary keeps its time", [
  {
    name: "a picture that stands still for 11 seconds: MP4",
    make: (path) =>
      piece({ path: path("still.mp4"), seconds: 15, picture: { ...PICTURE, ...still(2, 13) }, container: VARIABLE }),
    expected: { seconds: 15, frames: 375, together: [1, 13, 14], alone: seconds(2, 13) },
  },
  {
    name: "a picture that stands still twice: Matroska with VP8",
    long: true,
    make: (path) =>
      piece({
        ...{ path: path("still.mkv"), seconds: 40, container: VARIABLE },
        picture: {
          ...{ ...PICTURE, encoder: ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8"] },
          filters: ["select='lt(t,2)+between(t,13,14.9)+gte(t,37)'"],
        },
      }),
    expected: {
      ...{ seconds: 40, frames: 1000, together: [1, 13, 14, 37, 38, 39] },
      alone: [...seconds(2, 13), ...seconds(15, 37)],
    },
  },
  {
    name: "an elementary stream, which has no times: H.264",
    make: (path) => piece({ path: path("raw.h264"), seconds: 3, sound: null }),
    expected: { seconds: 3, frames: 75, together: [], alone: [1, 2] },
  },
  {
    name: "an elementary stream at 30000/1001: HEVC with B-frames",
    long: true,
    make: (path) =>
      piece({
        ...{ path: path("raw.hevc"), seconds: 4, sound: null },
        picture: { size: "320x180", frameRate: "30000/1001", encoder: ["-c:v", "libx265", "-preset", "ultrafast"] },
      }),
    expected: { seconds: 4, frames: 120, together: [], alone: [1, 2, 3] },
  },
  {
    name: "a recording that starts inside a group of pictures",
    make: async (path) => {
      const whole = await piece({ path: path("whole.ts"), seconds: 6, picture: { ...PICTURE, framesPerGop: 80 } });
      await runFfmpeg(["-i", whole, "-c", "copy", "-bsf:v", "noise=drop=lt(n\\,1)", path("inside.ts")]);
      return path("inside.ts");
    },
    expected: {
      ...{ seconds: 6, frames: 151, together: [4, 5], alone: [1, 2, 3] },
      warnings: ["The picture begins 3.2 s after the sound: its first frame is shown before."],
    },
  },
  {
    name: "hidden reference frames: VP8 in WebM",
    make: (path) =>
      piece({
        ...{ path: path("hidden.webm"), seconds: 3 },
        picture: {
          ...{ size: "160x90", frameRate: "25" },
          encoder: [
            "-c:v",
            "libvpx",
            "-deadline",
            "good",
            "-cpu-used",
            "5",
            "-auto-alt-ref",
            "1",
            "-lag-in-frames",
            "16",
          ],
        },
        sound: { ...SOUND, encoder: ["-c:a", "libopus"] },
      }),
    expected: { seconds: 3, frames: 75, together: [1, 2] },
  },
  {
    name: "three short clips one after the other, each from zero: MPEG-TS",
    make: async (path) => {
      const clips = await Promise.all(
        [0, 1, 2].map((n) => piece({ path: path(`clip-${n}.ts`), seconds: 3, firstLabel: 3 * n })),
      );
      return joined(path("clips.ts"), clips);
    },
    expected: { seconds: 9, frames: 225, together: [1, 2, 4, 5, 7, 8] },
  },
  {
    name: "two films one after the other: MPEG-PS with MPEG-2",
    long: true,
    make: async (path) => {
      const picture = { ...PICTURE, encoder: ["-c:v", "mpeg2video", "-b:v", "1M", "-bf", "2"] };
      const sound = { ...SOUND, encoder: ["-c:a", "mp2"] };
      const films = await Promise.all(
        [0, 1].map((n) => piece({ path: path(`film-${n}.mpg`), seconds: 4, picture, sound, firstLabel: 4 * n })),
      );
      return joined(path("films.mpg"), films);
    },
    expected: { seconds: 8, frames: 200, together: [1, 2, 3, 5, 6, 7] },
  },
  ...["mpeg1video", "mpeg2video"].map((codec) => ({
    name: `pictures of which few say when they are shown: MPEG-PS with ${codec}`,
    long: true,
    make: async (path: (fileName: string) => string) => {
      const encoder = ["-c:v", codec, "-b:v", "3M", "-bf", "2"];
      const picture = { ...PICTURE, framesPerGop: 12, encoder };
      const film = await piece({ path: path("film.mpg"), seconds: 6, picture, sound: { ...SOUND, encoder: MP2 } });
      return await withoutPictureTimes(film);
    },
    expected: { seconds: 6, frames: 150, together: seconds(1, 6) },
  })),
  {
    name: "pictures that are so small that two share a packet: MPEG-PS with MPEG-2",
    long: true,
    make: (path) =>
      piece({
        ...{ path: path("small.vob"), seconds: 6, sound: { ...SOUND, encoder: MP2 } },
        picture: { ...PICTURE, framesPerGop: 25, encoder: ["-c:v", "mpeg2video", "-b:v", "1M"] },
      }),
    expected: { seconds: 6, frames: 150, together: seconds(1, 6) },
  },
  fault("b1-joined-short-clips.ts", { seconds: 12.1, frames: 302, together: [1, 2, 3, 5, 6, 7, 9, 10, 11] }),
  fault("c2-chained.ogg", {
    ...{ seconds: 9, frames: null, together: [], alone: [1, 2, 3, 5, 6, 7, 8] },
    warnings: ["The file has no picture: it is offered as audio."],
  }),
  fault("b3-mid-gop.ts", {
    ...{ seconds: 11.4, frames: 285, together: seconds(4, 11), alone: [0, 1, 2, 3] },
    warnings: ["The picture begins 3.4 s after the sound: its first frame is shown before."],
  }),
  fault("c9c-empty-edit-first.mp4", {
    ...{ seconds: 8, frames: 200, together: seconds(3, 8), alone: [1, 2] },
    warnings: ["The picture begins 2.0 s after the sound: its first frame is shown before."],
  }),
  fault("f2-no-pts-at-end.ts", { seconds: 6, frames: 150, together: seconds(1, 6) }),
  fault("c1-raspivid.h264", { seconds: 4, frames: 100, together: [], alone: [1, 2, 3] }),
  fault("c3-vp8-altref.webm", { seconds: 6, frames: 150, together: [], alone: seconds(0, 6) }),
  fault("e2-hidden-vp9-frames.webm", { seconds: 3, frames: 72, together: [], alone: [0, 1, 2, 2] }),
  fault("e21-zoom-still.mp4", { seconds: 16, frames: 400, together: [15], alone: seconds(1, 15) }),
  fault("e21e-long-one-gap.mp4", {
    ...{ seconds: 720, frames: 7200, together: [...seconds(1, 30), ...seconds(42, 720)], alone: seconds(30, 42) },
  }),
]);
