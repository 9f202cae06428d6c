import type { Quality } from "../../../shared/domain/quality/quality.ts";
import { type SegmentTimes, TICKS_PER_SECOND, type Ticks, unwrapped } from "../segments/segment-times.ts";
import { onClock } from "./clock.ts";
import type { ExpectedMedia } from "./expected-media.ts";
import { type MediaTolerances, ROUNDING_TICKS } from "./media-tolerances.ts";
import { cadenceFault } from "./picture-cadence.ts";
import { endOfPicture, judgeEnd, judgeStart } from "./rung-ends.ts";
import { judgeAlone, judgeNeighbours, type RungState, seconds } from "./segment-judgement.ts";

/** What ffmpeg announced about a segment, or what its playlist states. Null: not stated. */
export type SegmentClaim = {
  /** Seconds after time zero. */
  readonly startSeconds: number | null;
  readonly durationSeconds: number | null;
};

type Waiting = { readonly times: SegmentTimes; readonly cadence: string | null; readonly claim: SegmentClaim };

/**
 * Judges the segments of one rung, which may come in any order: each is judged when all before it have been. A fault is
 * a sentence for people, without its first capital and its full stop.
 */
export class RungCheck {
  readonly quality: Quality;
  /** Where the segments that have been judged begin, and where the last of them ends, in ticks. */
  readonly starts: Ticks[] = [];
  endTicks: Ticks = 0;
  /** Pictures so far. */
  frames = 0;
  readonly #expected: ExpectedMedia;
  readonly #tolerances: MediaTolerances;
  readonly #waiting = new Map<number, Waiting>();
  #state: RungState | null = null;
  #claimed: number | null = null;

  constructor(quality: Quality, expected: ExpectedMedia, tolerances: MediaTolerances) {
    this.quality = quality;
    this.#expected = expected;
    this.#tolerances = tolerances;
  }

  /** `index` from 0; `pictureTimes` are looked at now and not kept. */
  add(index: number, times: SegmentTimes, pictureTimes: Float64Array, claim: SegmentClaim): string | null {
    const { picture, originSeconds } = this.#expected;
    const origin = (originSeconds ?? 0) * TICKS_PER_SECOND;
    const turn = times.picture ? unwrapped(times.picture.firstDts, origin) - times.picture.firstDts : 0;
    const cadence = picture && times.picture ? cadenceFault(times.picture, pictureTimes, picture, origin - turn) : null;
    this.#waiting.set(index, { times, cadence, claim });
    for (;;) {
      const number = this.starts.length;
      const next = this.#waiting.get(number);
      if (!next) return null;
      this.#waiting.delete(number);
      const fault = this.#take(next);
      if (fault !== null) return `segment ${number + 1} of ${this.quality} ${fault}`;
    }
  }

  /** What is wrong with the rung as a whole, once all of its `segmentCount` segments were added. */
  finish(segmentCount: number): string | null {
    const { quality, starts } = this;
    if (starts.length < segmentCount) return `segment ${starts.length + 1} of ${quality} is missing`;
    if (starts.length > segmentCount) return `${quality} has ${starts.length} segments instead of ${segmentCount}`;
    if (!this.#state) return `${quality} has no segment`;
    const length = this.#lengthFault(this.endTicks);
    if (length !== null) return `segment ${segmentCount} of ${quality} ${length}`;
    if (!this.#state.soundWhole) return `segment ${segmentCount} of ${quality} is cut off inside a frame of its sound`;
    const fault = judgeEnd(this.#state, this.endTicks, this.#expected);
    return fault && `${quality} ${fault}`;
  }

  /** Null where there was no sound. */
  get soundEnd(): Ticks | null {
    return this.#state?.soundEnd ?? null;
  }

  /** Seconds from the beginning of each segment to that of the next, and of the last to its end. */
  durations(): number[] {
    return this.starts.map((start, i) => ((this.starts[i + 1] ?? this.endTicks) - start) / TICKS_PER_SECOND);
  }

  #take({ times: read, cadence, claim }: Waiting): string | null {
    const before = this.#state;
    const times = onClock(read, before, this.#expected);
    const fault =
      judgeAlone(times, this.#expected, this.#tolerances) ??
      cadence ??
      (before ? judgeNeighbours(before, times, this.#expected, this.#tolerances) : judgeStart(times, this.#expected));
    if (fault !== null) return fault;
    const start = times.picture?.firstPts ?? times.sound?.firstPts ?? 0;
    const misplaced = this.#placeFault(start, times, claim);
    if (misplaced !== null) return misplaced;
    // The length of a segment is known when the next one is there.
    const length = before ? this.#lengthFault(start) : null;
    if (length !== null) return `does not fit: the segment before it ${length}`;
    this.#claimed = claim.durationSeconds;
    this.starts.push(start);
    this.#remember(times, before);
    return null;
  }

  #placeFault(start: Ticks, { picture, sound }: SegmentTimes, { startSeconds }: SegmentClaim): string | null {
    const { originSeconds } = this.#expected;
    if (startSeconds === null || originSeconds === null) return null;
    // An encoder's first frame of sound stands before zero, and is announced at zero.
    const slack = ROUNDING_TICKS + (picture ? 0 : (sound?.frameTicks ?? 0));
    const apart = start - (originSeconds + startSeconds) * TICKS_PER_SECOND;
    if (Math.abs(apart) <= slack) return null;
    return `begins ${seconds(Math.abs(apart))} ${apart > 0 ? "after" : "before"} its place`;
  }

  #lengthFault(end: Ticks): string | null {
    const start = this.starts.at(-1) ?? 0;
    const claimed = this.#claimed;
    if (claimed === null) return null;
    const { whole, exact } = this.#tolerances.durationTicks;
    const slack = Number.isInteger(claimed) ? whole : exact;
    if (Math.abs(end - start - claimed * TICKS_PER_SECOND) <= slack) return null;
    return `lasts ${((end - start) / TICKS_PER_SECOND).toFixed(3)} s, but its playlist says ${claimed.toFixed(3)} s`;
  }

  #remember({ picture, sound, counters }: SegmentTimes, before: RungState | null): void {
    this.#state = {
      lastPts: picture?.lastPts ?? before?.lastPts ?? 0,
      lastDts: picture?.lastDts ?? before?.lastDts ?? 0,
      soundEnd: sound?.endPts ?? before?.soundEnd ?? null,
      soundWhole: sound?.whole ?? true,
      soundFrameTicks: sound?.frameTicks ?? before?.soundFrameTicks ?? 0,
      pictureCounter: picture ? counters.picture.last : (before?.pictureCounter ?? -1),
      soundCounter: sound ? counters.sound.last : (before?.soundCounter ?? -1),
    };
    this.frames += picture?.frames ?? 0;
    this.endTicks = picture ? endOfPicture(picture, this.#expected) : (sound?.endPts ?? this.endTicks);
  }
}
