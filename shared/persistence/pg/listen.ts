import { Client } from "pg";
import { type ClientOptions, clientConfig } from "./clients.ts";

/** Notified by a trigger of the migrations when a transaction commits that has queued a job. */
export const JOBS_CHANNEL = "ladderlock_jobs";

const POLL_MS = 30_000;
const FIRST_PAUSE_MS = 100;
/** Below a minute in sum for any restart, and no crowd of processors at the moment of the return. */
const LONGEST_PAUSE_MS = 5_000;
/** What refuses LISTEN refuses it the next time too, and each attempt is a connection and a warning. */
const LONGEST_PAUSE_REFUSED_MS = 60_000;

export type ListenerState =
  | { readonly kind: "connecting" }
  /** `pooled`: something between this process and Postgres answers the connection, and may withhold notifications. */
  | { readonly kind: "listening"; readonly pooled: boolean }
  | { readonly kind: "waiting"; readonly error: unknown; readonly refused: boolean };

export type ListenOptions = {
  readonly client: ClientOptions;
  /** After each (re)connect, with each notification and with each poll: there may be something to find. */
  readonly onWake: () => void;
  readonly onState: (state: ListenerState) => void;
  readonly signal: AbortSignal;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly pollMs?: number;
};

/**
 * Listens until `signal` is aborted, over one direct connection, and connects again whenever it is lost. Notifications
 * are lost meanwhile, and a server that is frozen shows nothing: hence the wake after each connect, and the poll, which
 * also proves the connection.
 */
export async function listen(options: ListenOptions): Promise<void> {
  const { signal, onState, random } = options;
  for (let failures = 0; !signal.aborted; ) {
    onState({ kind: "connecting" });
    try {
      await listenOnce(options, () => {
        failures = 0;
      });
    } catch (error) {
      if (signal.aborted) return;
      const refused = error instanceof ListenRefused;
      onState({ kind: "waiting", error, refused });
      const pause = Math.min(refused ? LONGEST_PAUSE_REFUSED_MS : LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures++);
      await sleep(pause * (0.5 + random() / 2), signal);
    }
  }
}

/** A pooler in transaction mode, such as Hyperdrive, has no session that could listen. */
export class ListenRefused extends Error {
  override readonly name = "ListenRefused";

  constructor(cause: unknown) {
    super(
      "this connection refuses LISTEN: use the address of the Postgres server, not that of Hyperdrive or of a pooler",
      { cause },
    );
  }
}

/** Resolves when the signal is aborted, rejects when the connection fails. */
async function listenOnce(
  { client: config, onWake, onState, signal, pollMs = POLL_MS }: ListenOptions,
  onListening: () => void,
): Promise<void> {
  const client = new Client({ ...clientConfig(config), keepAlive: true });
  const lost = new Promise<never>((_, reject) => {
    client.on("error", reject);
    client.on("end", () => reject(new Error("the connection was closed")));
  });
  lost.catch(() => {});
  client.on("notification", onWake);
  try {
    await client.connect();
    await client.query(`LISTEN ${JOBS_CHANNEL}`).catch((error: unknown) => {
      throw error instanceof Error && "severity" in error && !isShutdown(error) ? new ListenRefused(error) : error;
    });
    onState({ kind: "listening", pooled: await isPooled(client) });
    onListening();
    onWake();
    while (!signal.aborted) {
      await Promise.race([lost, sleep(pollMs, signal)]);
      if (signal.aborted) return;
      await client.query("SELECT 1");
      onWake();
    }
  } finally {
    void client.end().catch(() => {});
  }
}

/** Class 57: the server ends or starts. */
function isShutdown(error: Error): boolean {
  return "code" in error && String(error.code).startsWith("57");
}

/** A server names its own process when it accepts a connection; a pooler names something else. */
async function isPooled(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  return rows[0]?.pid !== (client as unknown as { readonly processID: number | null }).processID;
}

/** Resolves early when the signal is aborted. */
function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}
