type Access = "allowed" | "locked" | "unknown";

type Rung = {
  readonly item: HTMLElement;
  readonly quality: string;
  readonly choice: HTMLInputElement;
  readonly state: HTMLElement;
  readonly attempt: HTMLButtonElement;
};

export type RungsListener = {
  /** Null for automatic. */
  readonly onChoose: (quality: string | null) => void;
  readonly onAttempt: (quality: string) => void;
};

/** The ladder that the server rendered, marked with the viewer's qualities. */
export class Rungs {
  readonly #rungs: readonly Rung[];
  readonly #auto: HTMLInputElement;
  readonly #summary: HTMLElement;
  readonly #listener: RungsListener;
  #selectable = true;

  constructor(fieldset: HTMLElement, listener: RungsListener) {
    this.#rungs = [...fieldset.querySelectorAll<HTMLElement>(".rung")].map(rungOf);
    this.#auto = fieldset.querySelector("input[value=auto]") as HTMLInputElement;
    this.#summary = fieldset.querySelector("#access-summary") as HTMLElement;
    this.#listener = listener;
    fieldset.addEventListener("change", () => listener.onChoose(this.chosen()));
    for (const { attempt, quality } of this.#rungs) {
      attempt.addEventListener("click", () => listener.onAttempt(quality));
    }
  }

  /** Best first. */
  get qualities(): readonly string[] {
    return this.#rungs.map((rung) => rung.quality);
  }

  /** Null for automatic. */
  chosen(): string | null {
    return this.#rungs.find((rung) => rung.choice.checked)?.quality ?? null;
  }

  /** Chooses as if by hand, if the viewer may. */
  choose(quality: string | null): void {
    const input = quality === null ? this.#auto : this.#find(quality)?.choice;
    if (input === undefined || input.disabled) return;
    input.checked = true;
    this.#listener.onChoose(quality);
  }

  /** The viewer's qualities, or null while unknown. A choice that is no longer allowed becomes automatic. */
  allow(qualities: readonly string[] | null): void {
    for (const rung of this.#rungs) {
      this.#permit(rung, qualities === null ? "unknown" : qualities.includes(rung.quality) ? "allowed" : "locked");
    }
    this.#summary.textContent = qualities === null ? "" : summaryText(qualities.length, this.#rungs.length);
    if (qualities === null) return;
    const chosen = this.chosen();
    if (chosen !== null && !qualities.includes(chosen)) this.#auto.checked = true;
  }

  /** Whether qualities can be chosen: the browser's own player does not allow it. */
  selectable(possible: boolean): void {
    this.#selectable = possible;
    for (const rung of this.#rungs) rung.choice.disabled = rung.item.dataset.access !== "allowed" || !possible;
  }

  /** The quality on the screen; null for none. */
  playing(quality: string | null): void {
    for (const rung of this.#rungs) {
      const current = rung.quality === quality;
      rung.item.toggleAttribute("data-playing", current);
      if (rung.item.dataset.access === "allowed") rung.state.textContent = current ? "Playing" : "";
    }
  }

  /** The result of an attempt, shown where it was made. */
  refused(quality: string, words: string): void {
    const rung = this.#find(quality);
    if (rung === undefined) return;
    rung.state.textContent = words;
    rung.item.classList.remove("shaken");
    // The animation restarts only after a layout without the class.
    void rung.item.offsetWidth;
    rung.item.classList.add("shaken");
  }

  #permit(rung: Rung, access: Access): void {
    rung.item.dataset.access = access;
    rung.item.classList.remove("shaken");
    rung.choice.disabled = access !== "allowed" || !this.#selectable;
    rung.attempt.hidden = access !== "locked";
    rung.state.textContent = access === "locked" ? "Locked" : "";
  }

  #find(quality: string): Rung | undefined {
    return this.#rungs.find((rung) => rung.quality === quality);
  }
}

function summaryText(allowed: number, all: number): string {
  return allowed === all ? "This viewer gets every key." : `This viewer gets ${allowed} of ${all} keys.`;
}

function rungOf(item: HTMLElement): Rung {
  return {
    item,
    quality: item.dataset.quality ?? "",
    choice: item.querySelector("input") as HTMLInputElement,
    state: item.querySelector(".rung-state") as HTMLElement,
    attempt: item.querySelector(".try") as HTMLButtonElement,
  };
}
