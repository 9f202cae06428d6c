/** ISO/IEC 13818-1 2.4.4: sections of PAT and PMT are at most 1024 bytes long, their first three included. */
export const LONGEST_SECTION = 1024;

/** Puts a section together that may be spread over several packets. */
export class PsiSection {
  readonly bytes = new Uint8Array(LONGEST_SECTION);
  #filled = 0;

  reset(): void {
    this.#filled = 0;
  }

  /** The payload of a packet; true when the section is complete. */
  push(payload: Uint8Array, starts: boolean): boolean {
    const pointer = payload[0] ?? 0;
    if (starts) this.#filled = 0;
    else if (this.#filled === 0) return false;
    const piece = starts ? payload.subarray(1 + pointer) : payload;
    const fitting = piece.subarray(0, LONGEST_SECTION - this.#filled);
    this.bytes.set(fitting, this.#filled);
    this.#filled += fitting.length;
    return this.#filled >= 3 && this.#filled >= this.length;
  }

  /** With the checksum at its end. */
  get length(): number {
    return 3 + ((((this.bytes[1] ?? 0) & 0x0f) << 8) | (this.bytes[2] ?? 0));
  }
}

/** The 13 bits of a PID. */
export function pidAt(bytes: Uint8Array, at: number): number {
  return (((bytes[at] ?? 0) & 0x1f) << 8) | (bytes[at + 1] ?? 0);
}

/** The 12 bits of a length. */
export function lengthAt(bytes: Uint8Array, at: number): number {
  return (((bytes[at] ?? 0) & 0x0f) << 8) | (bytes[at + 1] ?? 0);
}
