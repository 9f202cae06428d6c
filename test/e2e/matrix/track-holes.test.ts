import { runFfmpeg } from "../../fixtures/media/generate-clip.ts";
import { fault, PICTURE, piece, type Row, SOUND, seconds, tryTimedRows } from "./timed-rows.ts";

/* One track is missing for longer than ffmpeg takes for a clock that steps, or begins so late that no header names it. */

const MPEG2 = {
  ...PICTURE,
  framesPerGop: 25,
  encoder: ["-c:v", "mpeg2video", "-b:v", "1M", "-sc_threshold", "1000000000"],
};
/** Groups of pictures that begin between two flashes. */
const OF_41_FRAMES = { ...MPEG2, framesPerGop: 41 };
const AC3 = { ...SOUND, encoder: ["-c:a", "ac3"] };
const MP2 = { ...SOUND, encoder: ["-c:a", "mp2"] };

/** Whether a packet of a transport stream starts between two times, in the words of a bit stream filter. */
const between = (from: number, to: number) => `gte((pts-startpts)*tb\\,${from})*lt((pts-startpts)*tb\\,${to})`;
/** Leaves out the packets between two times. */
const drop = (from: number, to: number) => `noise=drop=${between(from, to)}`;

const HOLES: readonly Row[] = [
  {
    name: "12 seconds without a picture, while the sound continues: MPEG-TS",
    long: true,
    make: async (path) => {
      const whole = await piece({ path: path("with-all.ts"), seconds: 18, picture: { ...PICTURE, framesPerGop: 25 } });
      const drop = ["-c", "copy", "-bsf:v", "noise=drop=gte(n\\,75)*lt(n\\,375)"];
      await runFfmpeg(["-i", whole, ...drop, path("hole.ts")]);
      return path("hole.ts");
    },
    expected: {
      ...{ seconds: 18, frames: 450, together: [1, 2, 15, 16, 17], alone: seconds(3, 15) },
      warnings: ["The picture is missing for 12.0 s: its last frame stays."],
    },
  },
  {
    name: "13 seconds without sound, while the picture continues: MPEG-TS with MPEG-2 and AC-3",
    long: true,
    make: async (path) => {
      const whole = await piece({ path: path("with-sound.ts"), seconds: 19, picture: MPEG2, sound: AC3 });
      await runFfmpeg(["-i", whole, "-c", "copy", "-bsf:a", drop(2.8, 15.8), path("silence.ts")]);
      return path("silence.ts");
    },
    expected: {
      ...{ seconds: 19, frames: 475, together: [1, 2, 16, 17, 18], alone: seconds(3, 16) },
      warnings: ["The sound is missing for 13.0 s: it is silent there."],
    },
  },
  {
    name: "12 seconds without a picture: MPEG-PS with MPEG-2 and MP2",
    long: true,
    make: async (path) => {
      const whole = await piece({ path: path("with-picture.mkv"), seconds: 18, picture: MPEG2, sound: MP2 });
      const frames = "noise=drop=gte(n\\,100)*lt(n\\,400)";
      await runFfmpeg(["-i", whole, "-c", "copy", "-bsf:v", frames, path("hole.mpg")]);
      return path("hole.mpg");
    },
    expected: {
      ...{ seconds: 18, frames: 450, together: [1, 2, 3, 16, 17], alone: seconds(4, 16) },
      warnings: ["The picture is missing for 12.0 s: its last frame stays."],
    },
  },
  {
    name: "11 seconds without a picture, twice: H.264 and AC-3 in packets of 192 bytes",
    long: true,
    make: async (path) => {
      const picture = { ...PICTURE, framesPerGop: 25 };
      const whole = await piece({ path: path("with-all.m2ts"), seconds: 30, picture, sound: AC3 });
      const twice = `${drop(3, 14)}+${between(17, 28)}`;
      await runFfmpeg(["-i", whole, "-c", "copy", "-bsf:v", twice, path("holes.m2ts")]);
      return path("holes.m2ts");
    },
    expected: {
      ...{ seconds: 30, frames: 750, together: [1, 2, 14, 15, 16, 28, 29] },
      alone: [...seconds(3, 14), ...seconds(17, 28)],
      warnings: ["The picture is missing for 22.0 s: its last frame stays."],
    },
  },
  fault("e9c-picture-hole-12s.ts", {
    ...{ seconds: 20, frames: 500, together: [1, 2, 3, 16, 17, 18, 19], alone: seconds(4, 16) },
    warnings: ["The picture is missing for 12.0 s: its last frame stays."],
  }),
];

const LATE: readonly Row[] = [
  {
    name: "sound that begins after 20 seconds: MPEG-TS",
    make: async (path) => {
      const whole = await piece({ path: path("silent.ts"), seconds: 23, picture: { ...PICTURE, frameRate: "5" } });
      const late = ["-af", "aselect='gte(t,20)'", "-c:v", "copy", "-c:a", "aac"];
      await runFfmpeg(["-i", whole, ...late, path("late-sound.ts")]);
      return path("late-sound.ts");
    },
    expected: { seconds: 23, frames: 230, together: [20, 21, 22], alone: seconds(1, 20) },
  },
  {
    name: "sound that begins after 25 seconds: MPEG-PS with MPEG-2 and AC-3",
    long: true,
    make: async (path) => {
      const whole = await piece({ path: path("silent.mkv"), seconds: 28, picture: MPEG2, sound: AC3 });
      // 797 frames of AC-3 last 25.5 s.
      await runFfmpeg(["-i", whole, "-c", "copy", "-bsf:a", "noise=drop=lt(n\\,797)", path("late-sound.vob")]);
      return path("late-sound.vob");
    },
    expected: { seconds: 28, frames: 700, together: [26, 27], alone: seconds(1, 26) },
  },
  {
    name: "sound that begins after 18 seconds: H.264 and MP2 on a clock that starts an hour late, in packets of 192 bytes",
    long: true,
    make: async (path) => {
      const picture = { ...PICTURE, frameRate: "10" };
      const whole = await piece({
        path: path("silent.m2ts"),
        seconds: 22,
        picture,
        sound: MP2,
        clockOffsetSeconds: 3600,
      });
      await runFfmpeg(["-i", whole, "-c", "copy", "-bsf:a", drop(0, 18.5), path("late-sound.m2ts")]);
      return path("late-sound.m2ts");
    },
    expected: { seconds: 22, frames: 220, together: [19, 20, 21], alone: seconds(1, 19) },
  },
  {
    name: "a picture that begins after 20 seconds: MPEG-TS with MPEG-2 and MP2",
    long: true,
    make: async (path) => {
      const whole = await piece({ path: path("radio.ts"), seconds: 24, picture: OF_41_FRAMES, sound: MP2 });
      await runFfmpeg(["-i", whole, "-c", "copy", "-bsf:v", drop(0, 12 * 41 * 0.04), path("late-picture.ts")]);
      return path("late-picture.ts");
    },
    expected: {
      ...{ seconds: 24, frames: 600, together: seconds(20, 24), alone: seconds(1, 20) },
      warnings: ["The picture begins 19.7 s after the sound: its first frame is shown before."],
    },
  },
  fault("e1-sound-after-20s.ts", { seconds: 24, frames: 600, together: seconds(20, 24), alone: seconds(1, 20) }),
];

tryTimedRows("a track with a long hole keeps its time", HOLES);
tryTimedRows("a track that begins late is whole", LATE);
