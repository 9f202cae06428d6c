import type { PlayerController } from "../../playback/player-controller.ts";
import type { QualityChoice } from "../../playback/player-events.ts";

/** What the controls need of their element. */
export type MediaHost = HTMLElement & {
  readonly video: HTMLVideoElement;
  readonly player: PlayerController | null;
  readonly qualities: readonly QualityChoice[];
  readonly quality: string | null;
  select(quality: string | null): void;
};

/** Listens until the controls are removed; the names are separated by spaces. */
export type Listen = (target: EventTarget, names: string, listener: (event: Event) => void) => void;
