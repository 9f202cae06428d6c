import { Float64Buffer } from "./float64-buffer.ts";

/**
 * What reading every packet of a file says about one stream. Headers lie (a fragmented file of one second claimed
 * 143,165 s, Matroska often says nothing): lengths and frame rates are taken from here.
 */
export type StreamScan = {
  readonly packets: number;
  /** Seconds on the file's own clock. */
  readonly firstSeconds: number;
  /** The last packet's start and the end of the packet that ends last. */
  readonly lastSeconds: number;
  readonly endSeconds: number;
  /**
   * Presentation times, sorted, of a stream whose times were asked for; empty else. After a jump of the clock they go
   * on as if there had been none.
   */
  readonly times: Float64Array;
  /** False where the clock jumps, as in transport streams that were glued together: then the ends mean nothing. */
  readonly continuous: boolean;
};

export type PacketScanOptions = {
  /** Streams whose packet times are kept: pictures, whose cadence is measured. */
  readonly timesOf: ReadonlySet<number>;
  /** Times that are kept of one stream at most; the packets beyond are counted. */
  readonly maxTimes: number;
};

/** A jump of more than this between packets in file order is a new clock; ffmpeg uses the same 10 s. */
const CLOCK_JUMP_SECONDS = 10;

type Collected = {
  packets: number;
  first: number;
  last: number;
  end: number;
  previousDecode: number | null;
  /** Seconds by which the clock has jumped so far. */
  jumped: number;
  readonly times: Float64Buffer | null;
};

/**
 * Collects the lines of `ffprobe -show_entries packet=stream_index,pts_time,dts_time,duration_time,flags -of csv=p=0`,
 * given in chunks of any size.
 */
export class PacketScanner {
  readonly #streams = new Map<number, Collected>();
  readonly #options: PacketScanOptions;
  #rest = "";

  constructor(options: PacketScanOptions) {
    this.#options = options;
  }

  push(chunk: string): void {
    const lines = (this.#rest + chunk).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#line(line);
  }

  /** Stream index -> what was found there. */
  finish(): ReadonlyMap<number, StreamScan> {
    this.#line(this.#rest);
    this.#rest = "";
    return new Map([...this.#streams].map(([index, collected]) => [index, toScan(collected)]));
  }

  #line(line: string): void {
    const [index, pts, dts, duration, flags] = line.split(",");
    const decode = seconds(dts) ?? seconds(pts);
    const start = seconds(pts) ?? decode;
    // A packet marked D is decoded but not shown (an edit list cut it away).
    if (index === undefined || !/^\d+$/.test(index) || start === null || decode === null || flags?.includes("D"))
      return;
    const stream = this.#stream(Number(index), start);
    const step = decode - (stream.previousDecode ?? decode);
    if (Math.abs(step) > CLOCK_JUMP_SECONDS) stream.jumped += step;
    stream.previousDecode = decode;
    stream.packets += 1;
    stream.first = Math.min(stream.first, start);
    stream.last = Math.max(stream.last, start);
    stream.end = Math.max(stream.end, start + (seconds(duration) ?? 0));
    if (stream.packets <= this.#options.maxTimes) stream.times?.push(start - stream.jumped);
  }

  #stream(index: number, start: number): Collected {
    const known = this.#streams.get(index);
    if (known) return known;
    const times = this.#options.timesOf.has(index) ? new Float64Buffer() : null;
    const end = Number.NEGATIVE_INFINITY;
    const stream = { packets: 0, first: start, last: start, end, previousDecode: null, jumped: 0, times };
    this.#streams.set(index, stream);
    return stream;
  }
}

function toScan({ packets, first, last, end, times, jumped }: Collected): StreamScan {
  const sorted = times?.take() ?? new Float64Array();
  sorted.sort();
  return { packets, firstSeconds: first, lastSeconds: last, endSeconds: end, times: sorted, continuous: jumped === 0 };
}

function seconds(text: string | undefined): number | null {
  if (text === undefined || text === "" || text === "N/A") return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}
