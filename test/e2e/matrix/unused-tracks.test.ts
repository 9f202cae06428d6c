import { runFfmpeg } from "../../fixtures/media/generate-clip.ts";
import { fault, PICTURE, piece, SOUND, tryTimedRows } from "./timed-rows.ts";

/* Tracks that the ladder is not made from, and that begin before those that it is made from. */

const EARLY_TONE = ["-f", "lavfi", "-t", "5", "-i", "sine=frequency=300:sample_rate=48000"];
const EARLY_PICTURE = ["-f", "lavfi", "-t", "5", "-i", "testsrc2=size=160x90:rate=25"];

tryTimedRows("tracks that begin before the others move none of them", [
  {
    name: "an unused track of sound that begins a second before the others: MPEG-TS",
    make: async (path) => {
      const main = await piece({ path: path("main.ts"), seconds: 3, clockOffsetSeconds: 2 });
      const tracks = ["-map", "0:v", "-map", "0:a", "-map", "1:a", "-c:v", "copy", "-c:a", "aac"];
      const early = ["-f", "lavfi", "-t", "4", "-i", "sine=frequency=300:sample_rate=48000"];
      await runFfmpeg(["-itsoffset", "1", "-i", main, ...early, ...tracks, path("early-track.ts")]);
      return path("early-track.ts");
    },
    expected: {
      ...{ seconds: 3, frames: 75, together: [1, 2] },
      warnings: ["Left out: a further audio track 2 (aac)."],
    },
  },
  {
    name: "another programme, whose picture and sound begin three seconds before: MPEG-TS with MPEG-2 and AC-3",
    long: true,
    make: async (path) => {
      const picture = { ...PICTURE, encoder: ["-c:v", "mpeg2video", "-b:v", "1M"] };
      const sound = { ...SOUND, encoder: ["-c:a", "ac3"] };
      const main = await piece({ path: path("main.ts"), seconds: 4, picture, sound });
      const maps = ["-map", "0:v", "-map", "0:a", "-map", "1:v", "-map", "2:a"];
      const codecs = ["-c", "copy", "-c:v:1", "mpeg2video", "-c:a:1", "mp2"];
      const programmes = ["-program", "title=main:st=0:st=1", "-program", "title=other:st=2:st=3"];
      const inputs = ["-itsoffset", "3", "-i", main, ...EARLY_PICTURE, ...EARLY_TONE];
      await runFfmpeg([...inputs, ...maps, ...codecs, ...programmes, path("programmes.ts")]);
      return path("programmes.ts");
    },
    expected: {
      ...{ seconds: 4, frames: 100, together: [1, 2, 3] },
      warnings: ["Left out: a further video track 2 (mpeg2video).", "Left out: a further audio track 3 (mp2)."],
    },
  },
  {
    name: "a second sound that begins two seconds before: MPEG-PS with MPEG-2 and AC-3",
    long: true,
    make: async (path) => {
      const picture = { ...PICTURE, encoder: ["-c:v", "mpeg2video", "-b:v", "1M"] };
      const sound = { ...SOUND, channels: 2, encoder: ["-c:a", "ac3"] } as const;
      const main = await piece({ path: path("main.ts"), seconds: 4, picture, sound });
      const maps = ["-map", "0:v", "-map", "0:a", "-map", "1:a", "-c", "copy", "-c:a:1", "ac3", "-ac:a:1", "1"];
      await runFfmpeg(["-itsoffset", "2", "-i", main, ...EARLY_TONE, ...maps, path("second-sound.vob")]);
      return path("second-sound.vob");
    },
    expected: {
      ...{ seconds: 4, frames: 100, together: [1, 2, 3] },
      warnings: ["Left out: a further audio track 0 (ac3)."],
    },
  },
  fault("o1-scte35.ts", { seconds: 0.1, frames: 3, together: [], alone: [0] }),
]);
