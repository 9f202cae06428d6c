import { MissingTimes } from "./missing-times.ts";
import type { Packet } from "./packet.ts";

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
