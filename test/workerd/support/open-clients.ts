import { Client } from "pg";

export type CountedHyperdrive = {
  readonly hyperdrive: { readonly connectionString: string };
  /** The most connections that were open at the same time, since the last reset. */
  mostOpen(): number;
  reset(): void;
};

type Count = { open: number; most: number };

/** By the name under which a counted client connects. */
const counts = new Map<string, Count>();

/** The same database, whose connections are counted from their opening until they are closed. */
export function countedHyperdrive(real: { readonly connectionString: string }): CountedHyperdrive {
  const name = `counted-${counts.size + 1}`;
  const count: Count = { open: 0, most: 0 };
  counts.set(name, count);
  const url = new URL(real.connectionString);
  url.searchParams.set("application_name", name);
  return {
    hyperdrive: { connectionString: url.href },
    mostOpen: () => count.most,
    reset: () => {
      count.most = count.open;
    },
  };
}

type PatchedClient = { connect: (this: Client) => Promise<unknown> };

/** In the prototype of the driver, so that whatever opens a connection is counted. */
const PATCHED = Symbol.for("ladderlock: Postgres counts connections");
const prototype = Client.prototype as unknown as PatchedClient & { [PATCHED]?: true };

if (prototype[PATCHED] === undefined) {
  prototype[PATCHED] = true;
  const { connect: original } = prototype;
  prototype.connect = function () {
    const { connectionParameters } = this as unknown as { connectionParameters: { application_name?: string } };
    const count = counts.get(connectionParameters.application_name ?? "");
    if (count === undefined) return original.call(this);
    count.open += 1;
    count.most = Math.max(count.most, count.open);
    // After the socket is closed.
    this.once("end", () => {
      count.open -= 1;
    });
    return original.call(this);
  };
}
