import { Float64Buffer } from "./float64-buffer.ts";
import type { Packet } from "./packet.ts";
import { PacketLines } from "./packet-lines.ts";

/**
 * What reading every packet of a file says about one stream. Headers lie (a fragmented file of one second claimed
 * 143,165 s, Matroska often says nothing): lengths and frame rates are taken from here.
 */
export type StreamScan = {
  readonly packets: number;
  /** Packets that are shown: all, less the hidden reference frames of a stream whose times were asked for. */
  readonly frames: number;
  /** Seconds on the file's own clock. */
  readonly firstSeconds: number;
  /** The last packet's start and the end of the packet that ends last. */
  readonly lastSeconds: number;
  readonly endSeconds: number;
  /** Presentation times, sorted, each once, of a stream whose times were asked for; empty else. */
  readonly times: Float64Array;
  /** Packets that come before the first keyframe, which a decoder cannot show; null where no packet is one. */
  readonly packetsBeforeKeyframe: number | null;
  /** The decode times step as they do where another clock starts or where a track has a hole. */
  readonly steps: boolean;
  /** The longest way from the end of a packet to the next, in seconds. */
  readonly longestGapSeconds: number;
  /** The places of the first and the last packet among all packets of the file. */
  readonly firstNumber: number;
  readonly lastNumber: number;
  /** Each packet says when it starts and how long it lasts, so that the end is known. */
  readonly endKnown: boolean;
  /**
   * What the packets last together at least, in seconds: the track without its holes, and without the last packet, which
   * may be shorter than it says. A packet that does not say how long it lasts is taken for one like the latest that does.
   */
  readonly coveredSeconds: number;
  /** False for an elementary stream, of which no packet has a time: its packets follow each other from zero. */
  readonly timed: boolean;
};

export type PacketScanOptions = {
  /** Streams whose packet times are kept: pictures, whose cadence is measured. */
  readonly timesOf: ReadonlySet<number>;
  /** Times that are kept of one stream at most; the packets beyond are counted. */
  readonly maxTimes: number;
};

/** ffmpeg takes a step back of more than this, or ahead of more than 10 s, for a new clock. */
export const STEP_BACK_SECONDS = 0.1;
export const STEP_AHEAD_SECONDS = 10;
/**
 * Two packets this near are one picture: VP8, VP9 and AV1 store hidden reference frames under the time of the frame that
 * follows, and Matroska rounds to milliseconds.
 */
const SAME_TIME_SECONDS = 0.0015;

type Collected = {
  packets: number;
  first: number;
  last: number;
  end: number;
  /** Where the next packet in file order is due. */
  due: number | null;
  beforeKeyframe: number;
  keyframes: number;
  steps: boolean;
  longestGap: number;
  readonly firstNumber: number;
  lastNumber: number;
  endKnown: boolean;
  covered: number;
  /** When the latest packet is decoded, and how long it lasts. */
  latestDecode: number;
  latestDuration: number;
  timed: boolean;
  readonly times: Float64Buffer | null;
};

/** Collects the packets that ffprobe lists (`PacketLines`). */
export class PacketScanner {
  readonly #streams = new Map<number, Collected>();
  readonly #options: PacketScanOptions;
  readonly #lines = new PacketLines((packet) => this.#packet(packet));
  #latest: number | null = null;
  #count = 0;

  constructor(options: PacketScanOptions) {
    this.#options = options;
  }

  push(chunk: string): void {
    this.#lines.push(chunk);
  }

  /** Stream index -> what was found there. */
  finish(): ReadonlyMap<number, StreamScan> {
    this.#lines.end();
    return new Map([...this.#streams].map(([index, collected]) => [index, toScan(collected)]));
  }

  #packet(packet: Packet): void {
    if (packet.hidden) return;
    const stream = this.#stream(packet.stream);
    const { due } = stream;
    // Packets without a time follow the one before, as they do in ffmpeg; an elementary stream starts at zero.
    const decode = packet.dts ?? packet.pts ?? due ?? 0;
    const start = packet.pts ?? decode;
    const expected = due ?? this.#latest;
    if (expected !== null && isStep(decode - expected, due !== null)) stream.steps = true;
    if (due !== null) stream.longestGap = Math.max(stream.longestGap, decode - due);
    if (due !== null) stream.covered += coveredUntil(decode - stream.latestDecode, stream.latestDuration);
    stream.latestDecode = decode;
    stream.latestDuration = ownDuration(packet.duration, stream.latestDuration);
    stream.due = decode + (packet.duration ?? 0);
    stream.lastNumber = this.#count++;
    this.#latest = decode;
    const timed = (packet.dts ?? packet.pts) !== null;
    stream.timed ||= timed;
    stream.endKnown &&= timed && packet.duration !== null;
    this.#show(stream, packet, start);
  }

  #show(stream: Collected, { keyframe, duration }: Packet, start: number): void {
    stream.packets += 1;
    if (keyframe) stream.keyframes += 1;
    if (stream.keyframes === 0) stream.beforeKeyframe += 1;
    stream.first = Math.min(stream.first, start);
    stream.last = Math.max(stream.last, start);
    stream.end = Math.max(stream.end, start + (duration ?? 0));
    if (stream.packets <= this.#options.maxTimes) stream.times?.push(start);
  }

  #stream(index: number): Collected {
    const known = this.#streams.get(index);
    if (known) return known;
    const times = this.#options.timesOf.has(index) ? new Float64Buffer() : null;
    const [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const numbers = { firstNumber: this.#count, lastNumber: this.#count };
    const counts = { packets: 0, beforeKeyframe: 0, keyframes: 0 };
    const stream = {
      ...counts,
      first,
      last,
      end: last,
      due: null,
      steps: false,
      longestGap: 0,
      ...numbers,
      endKnown: true,
      covered: 0,
      latestDecode: 0,
      latestDuration: 0,
      timed: false,
      times,
    };
    this.#streams.set(index, stream);
    return stream;
  }
}

/** Containers that count milliseconds round durations down: the next packet comes up to one of them later. */
const ROUNDING_SECONDS = 0.0011;

/** MP4 stretches the packet before a hole: one that lasts this long, and much longer than the one before. */
const STRETCHED_SECONDS = 0.25;
const STRETCHED_TIMES = 4;

function ownDuration(duration: number | null, before: number): number {
  if (duration === null) return before;
  const isStretched = before > 0 && duration > Math.max(STRETCHED_SECONDS, before * STRETCHED_TIMES);
  return isStretched ? before : duration;
}

/** What a packet lasts: until the next one, or less where a hole or another clock follows. */
function coveredUntil(next: number, duration: number): number {
  return next < 0 || next > duration + ROUNDING_SECONDS ? duration : next;
}

/** The first packet of a stream is compared with the latest of any other. */
function isStep(seconds: number, sameStream: boolean): boolean {
  if (sameStream && seconds < -STEP_BACK_SECONDS / 2) return true;
  return Math.abs(seconds) > STEP_AHEAD_SECONDS / 2;
}

function toScan(collected: Collected): StreamScan {
  const { packets, first, last, end, keyframes, beforeKeyframe, steps, endKnown, timed } = collected;
  const kept = collected.times?.take() ?? new Float64Array();
  const times = visibleTimes(kept);
  return {
    packets,
    frames: packets - (kept.length - times.length),
    ...{ firstSeconds: first, lastSeconds: last, endSeconds: end },
    times,
    packetsBeforeKeyframe: keyframes > 0 ? beforeKeyframe : null,
    ...{ steps, endKnown, timed },
    coveredSeconds: collected.covered,
    ...{
      longestGapSeconds: collected.longestGap,
      firstNumber: collected.firstNumber,
      lastNumber: collected.lastNumber,
    },
  };
}

/** A scan of which the pictures before a time are not shown: a decoder that starts inside a group of pictures. */
export function shownFrom(scan: StreamScan, seconds: number): StreamScan {
  const times = scan.times.filter((time) => time >= seconds - SAME_TIME_SECONDS);
  return { ...scan, firstSeconds: seconds, times, frames: scan.frames - (scan.times.length - times.length) };
}

/** More packets than this in pairs are a camera of a thousand frames a second, and no hidden frames. */
const MOST_HIDDEN_SHARE = 0.4;

/** Presentation times in any order -> sorted, and one for each two packets that are one picture. */
export function visibleTimes(times: Float64Array): Float64Array {
  times.sort();
  const visible = new Float64Array(times.length);
  let count = 0;
  let paired = false;
  for (const time of times) {
    paired = !paired && count > 0 && time - (visible[count - 1] ?? 0) < SAME_TIME_SECONDS;
    if (paired) visible[count - 1] = time;
    else visible[count++] = time;
  }
  return times.length - count > times.length * MOST_HIDDEN_SHARE ? times : visible.subarray(0, count);
}
