/** The continuity counter of one PID (ISO/IEC 13818-1 2.4.3.3): four bits, one more with each packet that has a payload. */
export class Continuous {
  /** -1 before the first packet. */
  first = -1;
  last = -1;
  lost = false;

  reset(): void {
    this.first = -1;
    this.last = -1;
    this.lost = false;
  }

  /** A packet with a payload. `mayJump`: the stream announces a discontinuity. False for a repeated packet, to be skipped. */
  next(counter: number, mayJump: boolean): boolean {
    const { last } = this;
    this.last = counter;
    if (last === -1) {
      this.first = counter;
      return true;
    }
    if (counter === last && !mayJump) return false;
    if (counter !== ((last + 1) & 0x0f) && !mayJump) this.lost = true;
    return true;
  }
}
