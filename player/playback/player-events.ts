import type { Refusal } from "../session/problem.ts";

/** A quality of the part, as a menu shows it. */
export type QualityChoice = {
  readonly name: string;
  /** The token does not allow it: choosing it fires `locked`. */
  readonly locked: boolean;
};

/** What playback stopped with, or could not start with. Status 0 where nothing answered, null where no request failed. */
export type PlayerError = {
  readonly status: number | null;
  readonly code: string | null;
  readonly message: string;
  /** Whether playback has stopped; otherwise it continues until the next key. */
  readonly fatal: boolean;
};

export type PlayerEvents = {
  /** The viewer chose a quality that the token does not allow. */
  readonly locked: { readonly quality: string };
  /** Another quality is on the screen. */
  readonly qualitychange: { readonly quality: string };
  /** Qualities were locked or unlocked. */
  readonly qualitieschange: { readonly qualities: readonly QualityChoice[] };
  /** Playback cannot start or continue. */
  readonly error: PlayerError;
};

export type PlayerListener<E extends keyof PlayerEvents> = (event: CustomEvent<PlayerEvents[E]>) => void;

export function errorOf(thrown: unknown): PlayerError {
  const refusal = (thrown as { refusal?: Refusal } | null)?.refusal;
  if (refusal !== undefined) return { status: refusal.status, code: refusal.code, message: refusal.title, fatal: true };
  return stoppedBy(thrown instanceof Error ? thrown.message : String(thrown));
}

/** An error without a request. */
export function stoppedBy(message: string): PlayerError {
  return { status: null, code: null, message, fatal: true };
}
