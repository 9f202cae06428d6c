import { MissingTimes } from "./missing-times.ts";

/** One packet as ffprobe lists it; seconds on the file's own clock, null where the file does not say. */
export type Packet = {
  readonly stream: number;
  readonly pts: number | null;
  readonly dts: number | null;
  readonly duration: number | null;
  readonly keyframe: boolean;
  /** Decoded but not shown: an edit list cut it away. */
  readonly hidden: boolean;
};

/** What ffprobe must be asked for: the columns that `PacketLines` reads. */
export const PACKET_ENTRIES = "packet=stream_index,pts_time,dts_time,duration_time,flags";

/** Splits the lines of `ffprobe -show_entries ${PACKET_ENTRIES} -of csv=p=0`, given in chunks of any size. */
export class PacketLines {
  readonly #packets: MissingTimes;
  #rest = "";

  constructor(onPacket: (packet: Packet) => void) {
    this.#packets = new MissingTimes(onPacket);
  }

  push(chunk: string): void {
    const lines = (this.#rest + chunk).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#line(line);
  }

  end(): void {
    this.#line(this.#rest);
    this.#rest = "";
    this.#packets.end();
  }

  #line(line: string): void {
    const [index = "", pts, dts, duration, flags = ""] = line.split(",");
    if (!/^\d+$/.test(index)) return;
    this.#packets.push({
      stream: Number(index),
      pts: seconds(pts),
      dts: seconds(dts),
      duration: seconds(duration),
      keyframe: flags.includes("K"),
      hidden: flags.includes("D"),
    });
  }
}

function seconds(text: string | undefined): number | null {
  if (text === undefined || text === "" || text === "N/A") return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}
