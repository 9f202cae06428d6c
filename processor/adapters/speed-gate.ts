/**
 * Calls `onSlow` once when a window of time brought fewer bytes than it should, over any number of connections: a
 * sender of one byte a second would otherwise hold a job for hours.
 */
export class SpeedGate {
  readonly #timer: NodeJS.Timeout;
  #bytes = 0;

  constructor(bytesPerSecond: number, windowMs: number, onSlow: () => void) {
    const wanted = (bytesPerSecond * windowMs) / 1000;
    this.#timer = setInterval(() => {
      if (this.#bytes < wanted) onSlow();
      this.#bytes = 0;
    }, windowMs);
  }

  received(bytes: number): void {
    this.#bytes += bytes;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
