/** One report of `ffmpeg -progress`. */
export type FfmpegProgress = {
  /** Seconds of output that are written; null before the first packet. */
  readonly outTimeSeconds: number | null;
  /** Bytes that are written of the first output; null where it is none with bytes. */
  readonly totalBytes: number | null;
  readonly frame: number | null;
  readonly fps: number | null;
  /** Times real time. */
  readonly speed: number | null;
  readonly ended: boolean;
};

/** Collects the `key=value` lines; each report ends with a `progress=` line. */
export class ProgressReader {
  #rest = "";
  #values = new Map<string, string>();

  push(chunk: string): FfmpegProgress[] {
    const lines = (this.#rest + chunk).split("\n");
    this.#rest = lines.pop() ?? "";
    return lines.map((line) => this.#line(line.trim())).filter((report) => report !== null);
  }

  #line(line: string): FfmpegProgress | null {
    const equals = line.indexOf("=");
    if (equals < 0) return null;
    const key = line.slice(0, equals);
    this.#values.set(key, line.slice(equals + 1).trim());
    if (key !== "progress") return null;
    const report = toProgress(this.#values);
    this.#values = new Map();
    return report;
  }
}

function toProgress(values: ReadonlyMap<string, string>): FfmpegProgress {
  const microseconds = number(values.get("out_time_us") ?? values.get("out_time_ms"));
  return {
    outTimeSeconds: microseconds === null ? null : microseconds / 1_000_000,
    totalBytes: number(values.get("total_size")),
    frame: number(values.get("frame")),
    fps: number(values.get("fps")),
    speed: number(values.get("speed")?.replace(/x$/, "")),
    ended: values.get("progress") === "end",
  };
}

function number(text: string | undefined): number | null {
  const value = text === undefined || text === "" ? Number.NaN : Number(text);
  // Before the first packet some versions print the smallest 64-bit number.
  return Number.isFinite(value) && value > -1e15 ? value : null;
}
