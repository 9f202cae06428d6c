import type { Report, StreamReport } from "./stream-report.ts";

/** Which streams belong together. */
export type ProgrammeMap = {
  /** The sound of the programmes that a picture belongs to; all of it where there are no programmes. */
  readonly besidePicture: (sounds: readonly StreamReport[], picture: StreamReport | null) => readonly StreamReport[];
  /** A number by which streams are ordered that the file itself ranks equally. */
  readonly rank: (stream: StreamReport) => number;
};

export function readProgrammes({ programs, format }: Report): ProgrammeMap {
  const groups = programs.map(({ streams }) => new Set(streams.map(({ index }) => index)));
  const belongs = ({ index }: StreamReport) => groups.some((group) => group.has(index));
  return {
    besidePicture: (sounds, picture) => {
      const own = picture ? groups.filter((group) => group.has(picture.index)) : [];
      if (own.length === 0) return sounds;
      const beside = sounds.filter(({ index }) => own.some((group) => group.has(index)));
      // Streams that no table names were found by their packets alone.
      return beside.length > 0 ? beside : sounds.filter((sound) => !belongs(sound));
    },
    rank: ({ id }) => (format?.format_name === "mpeg" && id !== undefined ? Number(id) & TRACK_OF_DVD : 0),
  };
}

/** ffmpeg lists the tracks of a program stream as their packets come; a DVD numbers its sound from 0 to 7. */
const TRACK_OF_DVD = 0x07;
