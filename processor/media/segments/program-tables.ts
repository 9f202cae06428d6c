import { LONGEST_SECTION, lengthAt, PsiSection, pidAt } from "./psi-section.ts";

const PAT = 0x00;
const PMT = 0x02;
/** Table 2-34 and what the registration authority added: MPEG-1, MPEG-2, MPEG-4, H.264, HEVC. */
const PICTURE_TYPES: ReadonlySet<number> = new Set([0x01, 0x02, 0x10, 0x1b, 0x24]);
const AAC_IN_ADTS = 0x0f;

/** Finds the PIDs of the first picture and the first AAC sound of the first programme; -1 for what there is none of. */
export class ProgramTables {
  #pmtPid = -1;
  picturePid = -1;
  soundPid = -1;
  /** Both tables were read. */
  complete = false;
  readonly #section = new PsiSection();

  reset(): void {
    this.#pmtPid = -1;
    this.picturePid = -1;
    this.soundPid = -1;
    this.complete = false;
    this.#section.reset();
  }

  /** The payload of a packet of any PID. */
  push(pid: number, payload: Uint8Array, starts: boolean): void {
    const wanted = this.#pmtPid === -1 ? 0 : this.#pmtPid;
    if (this.complete || pid !== wanted || !this.#section.push(payload, starts)) return;
    if (this.#pmtPid === -1) this.#readAssociation();
    else this.#readMap();
    this.#section.reset();
  }

  #readAssociation(): void {
    const { bytes, length } = this.#section;
    if (bytes[0] !== PAT) return;
    for (let at = 8; at + 4 <= Math.min(length, LONGEST_SECTION) - 4; at += 4) {
      const programme = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
      // Programme 0 names the network information.
      if (programme === 0) continue;
      this.#pmtPid = pidAt(bytes, at + 2);
      return;
    }
  }

  #readMap(): void {
    const { bytes, length } = this.#section;
    if (bytes[0] !== PMT) return;
    const end = Math.min(length, LONGEST_SECTION) - 4;
    for (let at = 12 + lengthAt(bytes, 10); at + 5 <= end; at += 5 + lengthAt(bytes, at + 3)) {
      const type = bytes[at] ?? 0;
      const pid = pidAt(bytes, at + 1);
      if (this.picturePid === -1 && PICTURE_TYPES.has(type)) this.picturePid = pid;
      if (this.soundPid === -1 && type === AAC_IN_ADTS) this.soundPid = pid;
    }
    this.complete = true;
  }
}
