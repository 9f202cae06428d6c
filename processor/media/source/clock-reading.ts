import { ClockCorrection } from "./clock-correction.ts";
import { Float64Buffer } from "./float64-buffer.ts";
import type { Packet } from "./packet.ts";
import { type StreamScan, visibleTimes } from "./packet-scan.ts";
import { TrackSync } from "./track-sync.ts";

/** A file as ffmpeg reads it with one threshold for clock steps. */
export type ClockReading = {
  readonly thresholdSeconds: number;
  /** The tracks on the corrected clock, which starts like the file's own. */
  readonly scans: ReadonlyMap<number, StreamScan>;
  /** Where the clock was corrected, in seconds on the corrected clock. */
  readonly joins: readonly number[];
  /** Seconds for which sound and picture do not lie together as in the file. */
  readonly apartSeconds: number;
  /** Seconds in which nothing happens, in no track, and which the file does not have or are far too many. */
  readonly emptySeconds: number;
  /** Seconds that a track lacks in stretches of more than ffmpeg's 10 s, by stream index. */
  readonly holes: ReadonlyMap<number, number>;
};

export type ClockTracks = {
  readonly picture: number | null;
  readonly sound: number | null;
  readonly originSeconds: number;
  /** Of the picture: the length of a frame that does not say it, and how far frames are reordered. */
  readonly frameSeconds: number;
  readonly reorderSeconds: number;
  /** Times that are kept of the picture at most. */
  readonly maxTimes: number;
};

type Collected = {
  packets: number;
  first: number;
  last: number;
  end: number;
  /** Where the next packet is due on the file's own clock. */
  rawDue: number | null;
  endKnown: boolean;
  covered: number;
  readonly times: Float64Buffer;
};

/** Corrections within this time belong to one join. */
const ONE_JOIN_SECONDS = 0.5;
/** A pause of less is how tracks of one recording end. */
const EMPTY_SECONDS = 0.3;
/** How far apart a file may store what sound and picture have at one time. */
const INTERLEAVED_SECONDS = 2;
const HOLE_SECONDS = 10;

/** Follows the packets of the chosen tracks, in the order of the file. */
export class ClockReader {
  readonly #tracks: ClockTracks;
  readonly #threshold: number;
  readonly #correction: ClockCorrection;
  readonly #sync = new TrackSync();
  readonly #streams = new Map<number, Collected>();
  readonly #joins: number[] = [];
  readonly #holes = new Map<number, number>();
  #offset = 0;
  #end = Number.NEGATIVE_INFINITY;
  #emptySeconds = 0;
  #lastCorrection = Number.NEGATIVE_INFINITY;

  constructor(tracks: ClockTracks, thresholdSeconds: number) {
    this.#tracks = tracks;
    this.#threshold = thresholdSeconds;
    this.#correction = new ClockCorrection(thresholdSeconds);
  }

  packet(packet: Packet): void {
    const { stream, dts, pts, duration } = packet;
    const isPicture = stream === this.#tracks.picture;
    if (packet.hidden || !(isPicture || stream === this.#tracks.sound)) return;
    const seconds = duration || (isPicture ? this.#tracks.frameSeconds : 0);
    const { originSeconds, reorderSeconds } = this.#tracks;
    const start = { originSeconds, reorderSeconds: isPicture ? reorderSeconds : 0 };
    const { decode, offset, due } = this.#correction.place(stream, dts, seconds, start);
    const known = this.#stream(stream);
    const time = decode ?? due ?? start.originSeconds - start.reorderSeconds;
    if (dts !== null) {
      if (due !== null) this.#compare(stream, time, due, dts, known.rawDue ?? dts);
      this.#sync.add(isPicture ? 0 : 1, dts, offset, seconds);
      known.rawDue = dts + seconds;
    }
    this.#noteCorrection(offset, time);
    this.#end = Math.max(this.#end, time + seconds);
    known.endKnown &&= (dts ?? pts) !== null && duration !== null;
    this.#show(known, pts === null ? time : pts + offset, seconds, isPicture);
  }

  finish(): ClockReading {
    return {
      thresholdSeconds: this.#threshold,
      scans: new Map([...this.#streams].map(([index, collected]) => [index, toScan(collected)])),
      joins: this.#joins,
      apartSeconds: this.#sync.finish(),
      emptySeconds: this.#emptySeconds,
      holes: this.#holes,
    };
  }

  /** A step that is neither closed nor as long as in the file is one that the correction made; a long one is a clock. */
  #compare(stream: number, time: number, due: number, raw: number, rawDue: number): void {
    const step = time - due;
    const empty = time - this.#end;
    const made = Math.abs(step - (raw - rawDue)) > EMPTY_SECONDS;
    const tooLong = step > HOLE_SECONDS && empty > INTERLEAVED_SECONDS;
    if (empty > EMPTY_SECONDS && (made || tooLong)) this.#emptySeconds += empty;
    if (step > HOLE_SECONDS) this.#holes.set(stream, (this.#holes.get(stream) ?? 0) + step);
  }

  #noteCorrection(offset: number, time: number): void {
    if (offset === this.#offset) return;
    this.#offset = offset;
    if (time - this.#lastCorrection > ONE_JOIN_SECONDS) this.#joins.push(time);
    this.#lastCorrection = Math.max(this.#lastCorrection, time);
  }

  #show(stream: Collected, start: number, seconds: number, isPicture: boolean): void {
    stream.packets += 1;
    stream.covered += seconds;
    stream.first = Math.min(stream.first, start);
    stream.last = Math.max(stream.last, start);
    stream.end = Math.max(stream.end, start + seconds);
    if (isPicture && stream.packets <= this.#tracks.maxTimes) stream.times.push(start);
  }

  #stream(index: number): Collected {
    const known = this.#streams.get(index);
    if (known) return known;
    const [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const times = new Float64Buffer();
    const stream = { packets: 0, first, last, end: last, rawDue: null, endKnown: true, covered: 0, times };
    this.#streams.set(index, stream);
    return stream;
  }
}

function toScan({ packets, first, last, end, endKnown, covered, times }: Collected): StreamScan {
  const kept = times.take();
  const shown = visibleTimes(kept);
  return {
    packets,
    frames: packets - (kept.length - shown.length),
    ...{ firstSeconds: first, lastSeconds: last, endSeconds: end, times: shown },
    // The scan of the file says how it starts.
    packetsBeforeKeyframe: 0,
    ...{ steps: false, longestGapSeconds: 0, firstNumber: 0, lastNumber: packets, endKnown, timed: true },
    coveredSeconds: covered,
  };
}
