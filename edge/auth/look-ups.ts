/**
 * Look-ups of API keys that may not exist, in a second of an isolate. A look-up counts from its start until it has found
 * a key: a flood of made-up keys must not occupy the database, least of all while it is slow or fails.
 */
export type LookUps = {
  /** "too-many": for this network; "away": for all networks together. */
  readonly begin: (network: string, now: number) => LookUp | "too-many" | "away";
};

export type LookUp = {
  /** It has found a key, and counts no more. */
  readonly takeBack: () => void;
};

const MOST_LOOK_UPS = 50;
/** Where requests for one key share a look-up. */
export const SHARE_OF_SHARED = 10;
/** Where each request looks its key up: programs send some at once before the first has been answered. */
export const SHARE_OF_EACH = 25;

type Second = { readonly second: number; all: number; readonly byNetwork: Map<string, number> };

/** `mostOfNetwork`: a share, so that one network leaves look-ups to the keys of all others. */
export function createLookUps(mostOfNetwork: number): LookUps {
  let current: Second = { second: 0, all: 0, byNetwork: new Map() };
  return {
    begin: (network, now) => {
      const second = Math.floor(now / 1000);
      if (current.second !== second) current = { second, all: 0, byNetwork: new Map() };
      const counted = current;
      const add = (count: number) => {
        counted.all += count;
        counted.byNetwork.set(network, (counted.byNetwork.get(network) ?? 0) + count);
      };
      if ((counted.byNetwork.get(network) ?? 0) >= mostOfNetwork) return "too-many";
      if (counted.all >= MOST_LOOK_UPS) return "away";
      add(1);
      return { takeBack: () => add(-1) };
    },
  };
}
