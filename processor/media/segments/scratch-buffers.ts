const MEBIBYTE = 2 ** 20;

/** Gives a buffer of at least so many bytes, of which the caller uses the first ones. */
export type Allocate = (size: number) => Buffer;

/**
 * Buffers that are used again and again. Thousands of segments of some megabytes would otherwise wait for the garbage
 * collector, and what it frees in pieces the process keeps: that was most of its memory.
 */
export class ScratchBuffers {
  readonly #free: Buffer[] = [];
  /** Weak: a buffer that is never returned, as after a failed request, is left to the garbage collector. */
  readonly #inUse = new WeakMap<ArrayBufferLike, Buffer>();

  readonly take: Allocate = (size) => {
    const fitting = this.#free.findIndex((buffer) => buffer.length >= size);
    const [known] = this.#free.splice(fitting === -1 ? 0 : fitting, 1);
    // One that is too small is dropped for one that fits: there are never more than are in use at once.
    const given = known && known.length >= size ? known : Buffer.allocUnsafeSlow(Math.ceil(size / MEBIBYTE) * MEBIBYTE);
    this.#inUse.set(given.buffer, given);
    return given;
  };

  /** Takes back what `take` gave, or a view of it; anything else is left to the garbage collector. */
  giveBack(used: Uint8Array): void {
    const given = this.#inUse.get(used.buffer);
    if (this.#inUse.delete(used.buffer) && given) this.#free.push(given);
  }
}
