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
  /** Presentation times, sorted. */
  readonly times: readonly number[];
  /** False where the clock jumps, as in transport streams that were glued together: then the ends mean nothing. */
  readonly continuous: boolean;
};

/** A jump of more than this between packets in file order is a new clock; ffmpeg uses the same 10 s. */
const CLOCK_JUMP_SECONDS = 10;

type Collected = { times: number[]; end: number; previousDecode: number | null; continuous: boolean };

/**
 * Collects the lines of `ffprobe -show_entries packet=stream_index,pts_time,dts_time,duration_time,flags -of csv=p=0`,
 * given in chunks of any size.
 */
export class PacketScanner {
  readonly #streams = new Map<number, Collected>();
  #rest = "";

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
    const stream = this.#streams.get(Number(index)) ?? {
      times: [],
      end: Number.NEGATIVE_INFINITY,
      previousDecode: null,
      continuous: true,
    };
    this.#streams.set(Number(index), stream);
    if (stream.previousDecode !== null && Math.abs(decode - stream.previousDecode) > CLOCK_JUMP_SECONDS) {
      stream.continuous = false;
    }
    stream.previousDecode = decode;
    stream.times.push(start);
    stream.end = Math.max(stream.end, start + (seconds(duration) ?? 0));
  }
}

function toScan(collected: Collected): StreamScan {
  const times = [...collected.times].sort((a, b) => a - b);
  return {
    packets: times.length,
    firstSeconds: times[0] ?? 0,
    lastSeconds: times[times.length - 1] ?? 0,
    endSeconds: collected.end,
    times,
    continuous: collected.continuous,
  };
}

function seconds(text: string | undefined): number | null {
  if (text === undefined || text === "" || text === "N/A") return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}
