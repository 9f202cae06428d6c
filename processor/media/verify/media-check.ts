import type { Quality } from "../../../shared/domain/quality/quality.ts";
import { SegmentReader } from "../segments/segment-reader.ts";
import type { ExpectedMedia } from "./expected-media.ts";
import type { MediaTolerances } from "./media-tolerances.ts";
import { RungCheck, type SegmentClaim } from "./rung-check.ts";
import { seconds } from "./segment-judgement.ts";

export type ExpectedRung = { readonly quality: Quality; readonly expected: ExpectedMedia };

export type MediaVerdict =
  | {
      readonly kind: "passed";
      /** Seconds of every segment, by quality: from its beginning to the next one's. */
      readonly durations: ReadonlyMap<Quality, readonly number[]>;
      /** Pictures in each rung. */
      readonly frames: number;
      /** Where the first rung starts, in ticks of 90 kHz. */
      readonly start: number;
    }
  | MediaFailure;

export type MediaFailure = {
  readonly kind: "failed";
  /** A clause for people: "segment 3 of 720p does not begin with a keyframe". */
  readonly fault: string;
  /** Bytes are missing or wrong, so that another run may succeed. */
  readonly damaged: boolean;
};

/**
 * The media check of one ladder: what its segments say of themselves, against what is expected, against each other and
 * against their playlists. Segments may come in any order; nothing but a few numbers of each is kept.
 */
export class MediaCheck {
  /** CPU time of this check in microseconds. */
  cpuMicroseconds = 0;
  /** The first fault, if there is one; the rest of the ladder need not be made. */
  failure: MediaFailure | null = null;
  readonly #reader = new SegmentReader();
  readonly #rungs: readonly RungCheck[];
  readonly #tolerances: MediaTolerances;
  /** Segments whose beginnings are known to agree, for each rung. */
  readonly #agreed: number[];

  constructor(rungs: readonly ExpectedRung[], tolerances: MediaTolerances) {
    this.#rungs = rungs.map(({ quality, expected }) => new RungCheck(quality, expected, tolerances));
    this.#agreed = rungs.map(() => 0);
    this.#tolerances = tolerances;
  }

  /** A clear segment that passes through memory; `index` from 0. */
  read(quality: Quality, index: number, bytes: Uint8Array, claim: SegmentClaim): void {
    if (this.failure) return;
    const before = process.threadCpuUsage();
    this.#read(quality, index, bytes, claim);
    const { user, system } = process.threadCpuUsage(before);
    this.cpuMicroseconds += user + system;
  }

  /** To be asked when all segments were read; `counts` says how many each rung must have. */
  finish(counts: ReadonlyMap<Quality, number>): MediaVerdict {
    for (const rung of this.#rungs) {
      if (this.failure) return this.failure;
      this.#fail(rung.finish(counts.get(rung.quality) ?? 0));
    }
    this.#compareEnds();
    if (this.failure) return this.failure;
    return {
      kind: "passed",
      durations: new Map(this.#rungs.map((rung) => [rung.quality, rung.durations()])),
      frames: this.#rungs[0]?.frames ?? 0,
      start: this.#rungs[0]?.starts[0] ?? 0,
    };
  }

  #read(quality: Quality, index: number, bytes: Uint8Array, claim: SegmentClaim): void {
    const rung = this.#rungs.find((each) => each.quality === quality);
    if (!rung) throw new RangeError(`No rung ${quality}`);
    const reading = this.#reader.read(bytes);
    if (reading.kind === "damaged") {
      this.#fail(`segment ${index + 1} of ${quality} ${reading.fault}`, true);
      return;
    }
    this.#fail(rung.add(index, reading.times, this.#reader.pictureTimes, claim));
    this.#compareStarts();
  }

  /** All rungs against the first, as far as both are known. */
  #compareStarts(): void {
    const { boundaryTicks } = this.#tolerances;
    const [first] = this.#rungs;
    if (!first || boundaryTicks === null) return;
    for (const [r, rung] of this.#rungs.entries()) {
      for (let i = this.#agreed[r] as number; i < Math.min(first.starts.length, rung.starts.length); i++) {
        const apart = (rung.starts[i] as number) - (first.starts[i] as number);
        if (Math.abs(apart) > boundaryTicks) {
          this.#fail(
            `segment ${i + 1} of ${rung.quality} begins ${seconds(Math.abs(apart))} ${apart > 0 ? "after" : "before"} that of ${first.quality}`,
          );
        }
        this.#agreed[r] = i + 1;
      }
    }
  }

  #compareEnds(): void {
    const { boundaryTicks } = this.#tolerances;
    const [first] = this.#rungs;
    if (!first || boundaryTicks === null) return;
    for (const rung of this.#rungs) {
      if (Math.abs(rung.endTicks - first.endTicks) > boundaryTicks || rung.frames !== first.frames) {
        this.#fail(`${rung.quality} and ${first.quality} do not end together`);
      }
      if (rung.soundEnd !== first.soundEnd) this.#fail(`the sound of ${rung.quality} is not that of ${first.quality}`);
    }
  }

  #fail(fault: string | null, damaged = false): void {
    if (fault === null || this.failure) return;
    this.failure = { kind: "failed", fault, damaged };
  }
}
