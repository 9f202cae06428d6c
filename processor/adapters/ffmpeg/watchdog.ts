/** Calls `onStall` once when `touch` was not called with a new value for a number of seconds. */
export class Watchdog {
  readonly #timeoutMs: number;
  readonly #onStall: () => void;
  #timer: NodeJS.Timeout;
  #last: number | null = null;

  constructor(timeoutSeconds: number, onStall: () => void) {
    this.#timeoutMs = timeoutSeconds * 1000;
    this.#onStall = onStall;
    this.#timer = setTimeout(onStall, this.#timeoutMs);
  }

  /** Reports a position; the same position again is no progress. */
  touch(position: number): void {
    if (position === this.#last) return;
    this.#last = position;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#onStall, this.#timeoutMs);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
