/** The continuity counter of one PID (ISO/IEC 13818-1 2.4.3.3): four bits, one more with each packet that has a payload. */
export class Continuous {
  /** -1 before the first packet. */
  first = -1;
  last = -1;
  lost = false;
  #lastAt = 0;

  reset(): void {
    this.first = -1;
    this.last = -1;
    this.lost = false;
  }

  /**
   * A packet with a payload, at `at`. `mayJump`: the stream announces a discontinuity. False for a packet that is sent a
   * second time, which is to be skipped.
   */
  next(bytes: Uint8Array, at: number, counter: number, mayJump: boolean): boolean {
    const { last } = this;
    const lastAt = this.#lastAt;
    this.last = counter;
    this.#lastAt = at;
    if (last === -1) this.first = counter;
    else if (counter !== ((last + 1) & 0x0f) && !mayJump) {
      if (counter === last && isRepeated(bytes, lastAt, at)) return false;
      this.lost = true;
    }
    return true;
  }
}

/** Equal but for the four bytes of the header, of which a flag may differ. */
function isRepeated(bytes: Uint8Array, first: number, second: number): boolean {
  for (let i = 4; i < 188; i++) if (bytes[first + i] !== bytes[second + i]) return false;
  return true;
}
