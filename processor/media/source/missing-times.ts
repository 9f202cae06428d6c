import type { Packet } from "./packet.ts";

/** Two times nearer than this are one: containers round. */
const SAME_TIME_SECONDS = 0.0015;
/** Packets that wait for the time of one before them; more than lie between two reference pictures anywhere. */
const MOST_WAITING = 2000;

/** The latest picture of a stream that is shown later than it is decoded. */
type Reference = { readonly packet: Packet; isDoubtful: boolean };

/**
 * MPEG-1, MPEG-2 and VC-1 may leave out the presentation time of a picture that others refer to, and ffmpeg may read that
 * of the next one in its place. Such a picture is shown when the next of its kind is decoded (ISO/IEC 13818-2, 6.1.1.11),
 * so packets wait until that comes, in the order of the file.
 */
export class MissingTimes {
  readonly #onPacket: (packet: Packet) => void;
  /** Streams of which pictures are shown later than they are decoded. */
  readonly #reordered = new Set<number>();
  /** Where the next packet of a stream is due to be decoded. */
  readonly #due = new Map<number, number>();
  readonly #references = new Map<number, Reference>();
  readonly #waiting: Packet[] = [];

  constructor(onPacket: (packet: Packet) => void) {
    this.#onPacket = onPacket;
  }

  push(packet: Packet): void {
    const { stream, pts, dts, duration } = packet;
    this.#compare(packet);
    const isReordered = pts !== null && dts !== null && pts > dts + SAME_TIME_SECONDS;
    if (isReordered) this.#reordered.add(stream);
    const lacksTime = pts === null && dts !== null && this.#reordered.has(stream);
    const isReference = isReordered || lacksTime;
    if (isReference) this.#settle(stream);
    if (dts !== null) this.#due.set(stream, dts + (duration ?? 0));
    this.#waiting.push(packet);
    if (isReference) this.#references.set(stream, { packet, isDoubtful: lacksTime });
    if (this.#waiting.length > MOST_WAITING) this.end();
    else this.#release();
  }

  end(): void {
    for (const stream of [...this.#references.keys()]) this.#settle(stream);
    this.#release();
  }

  #compare({ stream, pts }: Packet): void {
    const reference = this.#references.get(stream);
    const known = reference?.packet.pts ?? null;
    if (!reference || known === null || pts === null) return;
    if (Math.abs(pts - known) < SAME_TIME_SECONDS) reference.isDoubtful = true;
  }

  #settle(stream: number): void {
    const reference = this.#references.get(stream);
    this.#references.delete(stream);
    if (!reference?.isDoubtful) return;
    const { packet } = reference;
    this.#waiting[this.#waiting.indexOf(packet)] = { ...packet, pts: this.#due.get(stream) ?? packet.dts };
  }

  #release(): void {
    const held = new Set([...this.#references.values()].map(({ packet }) => packet));
    let ready = 0;
    for (const packet of this.#waiting) {
      if (held.has(packet)) break;
      ready += 1;
    }
    for (const packet of this.#waiting.splice(0, ready)) this.#onPacket(packet);
  }
}
