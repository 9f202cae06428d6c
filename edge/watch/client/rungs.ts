type Rung = {
  readonly item: HTMLElement;
  readonly quality: string;
  readonly choice: HTMLInputElement;
  readonly state: HTMLElement;
  readonly attempt: HTMLButtonElement;
};

export interface Rungs {
  /** Best first. */
  readonly qualities: readonly string[];
  /** Null for automatic. */
  chosen(): string | null;
  /** Makes the choice as if by hand; false if the viewer may not make it. */
  choose(quality: string | null): boolean;
  /** What the viewer may watch, or null while that is unknown. */
  allow(qualities: readonly string[] | null): void;
  /** Whether qualities can be chosen at all: a browser's own player takes no orders. */
  selectable(possible: boolean): void;
  /** The quality on the screen; null for none. */
  playing(quality: string | null): void;
  /** A refusal that was asked for, shown where it was asked for. */
  refused(quality: string, words: string): void;
}

export type RungsListener = {
  readonly onChoose: (quality: string | null) => void;
  readonly onAttempt: (quality: string) => void;
};

/** The ladder that the server has drawn: this only says which rungs are the viewer's. */
export function createRungs(fieldset: HTMLElement, { onChoose, onAttempt }: RungsListener): Rungs {
  const summary = fieldset.querySelector<HTMLElement>("#access-summary") as HTMLElement;
  const rungs = [...fieldset.querySelectorAll<HTMLElement>(".rung")].map(rungOf);
  const auto = fieldset.querySelector<HTMLInputElement>("input[value=auto]") as HTMLInputElement;
  const selectable = { value: true };
  const chosen = () => rungs.find((rung) => rung.choice.checked)?.quality ?? null;

  fieldset.addEventListener("change", () => onChoose(chosen()));
  for (const { attempt, quality } of rungs) attempt.addEventListener("click", () => onAttempt(quality));

  const permit = (rung: Rung, access: "allowed" | "locked" | "unknown") => {
    rung.item.dataset.access = access;
    rung.choice.disabled = access !== "allowed" || !selectable.value;
    rung.attempt.hidden = access !== "locked";
    rung.state.textContent = access === "locked" ? "Locked" : "";
  };

  return {
    qualities: rungs.map((rung) => rung.quality),
    chosen,
    choose(quality) {
      const input = quality === null ? auto : rungs.find((rung) => rung.quality === quality)?.choice;
      if (input === undefined || input.disabled) return false;
      input.checked = true;
      onChoose(quality);
      return true;
    },
    allow(qualities) {
      for (const rung of rungs) {
        permit(rung, qualities === null ? "unknown" : qualities.includes(rung.quality) ? "allowed" : "locked");
      }
      summary.textContent = qualities === null ? "" : summaryText(qualities.length, rungs.length);
      const current = chosen();
      if (qualities !== null && current !== null && !qualities.includes(current)) auto.checked = true;
    },
    selectable(possible) {
      selectable.value = possible;
      for (const rung of rungs) rung.choice.disabled = rung.item.dataset.access !== "allowed" || !possible;
    },
    playing(quality) {
      for (const rung of rungs) {
        const current = rung.quality === quality;
        rung.item.toggleAttribute("data-playing", current);
        if (rung.item.dataset.access === "allowed") rung.state.textContent = current ? "Playing" : "";
      }
    },
    refused(quality, words) {
      const rung = rungs.find((candidate) => candidate.quality === quality);
      if (rung === undefined) return;
      rung.state.textContent = words;
      rung.item.classList.remove("shaken");
      // The animation starts again only if the class has been seen to be away.
      void rung.item.offsetWidth;
      rung.item.classList.add("shaken");
    },
  };
}

function summaryText(allowed: number, all: number): string {
  if (allowed === all) return all === 1 ? "This viewer gets the key." : `This viewer gets all ${all} keys.`;
  return `This viewer gets ${allowed} of ${all} keys.`;
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
