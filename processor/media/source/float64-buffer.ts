const CHUNK = 65_536;

/** Millions of numbers in 8 bytes each: a plain array would take several times that while it grows. */
export class Float64Buffer {
  #full: Float64Array[] = [];
  #last = new Float64Array(1024);
  #used = 0;

  push(seconds: number): void {
    if (this.#used === this.#last.length) this.#grow();
    this.#last[this.#used] = seconds;
    this.#used += 1;
  }

  /** All of them in the order in which they came; nothing is left. */
  take(): Float64Array {
    const chunks = [...this.#full, this.#last.subarray(0, this.#used)];
    const all = new Float64Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    let at = 0;
    for (const chunk of chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    this.#full = [];
    this.#used = 0;
    return all;
  }

  #grow(): void {
    this.#full.push(this.#last);
    this.#last = new Float64Array(CHUNK);
    this.#used = 0;
  }
}
