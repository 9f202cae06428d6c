import type { Persistence } from "../../../shared/application/persistence.ts";

export type CountedPersistence = {
  readonly persistence: Persistence;
  /** Since the last reset: port calls in all, and the most that were open at the same time. */
  counts(): { readonly calls: number; readonly mostOpen: number };
  reset(): void;
};

type Method = (...args: unknown[]) => Promise<unknown>;

/** Counts port calls. Each is one transaction, and on Postgres one connection for as long as it runs. */
export function countingPersistence(persistence: Persistence): CountedPersistence {
  let calls = 0;
  let open = 0;
  let mostOpen = 0;
  const counted =
    (method: Method): Method =>
    async (...args) => {
      calls++;
      open++;
      mostOpen = Math.max(mostOpen, open);
      try {
        return await method(...args);
      } finally {
        open--;
      }
    };
  const wrap = (port: object) =>
    Object.fromEntries(Object.entries(port).map(([name, method]) => [name, counted(method as Method)]));
  const ports = Object.entries(persistence).map(([name, port]) => [name, wrap(port)]);
  return {
    persistence: Object.fromEntries(ports) as Persistence,
    counts: () => ({ calls, mostOpen }),
    reset: () => {
      calls = 0;
      mostOpen = open;
    },
  };
}
