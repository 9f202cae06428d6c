import type { Socket } from "node:net";
import { Client } from "pg";
import { pgMessage, pgMessages } from "../../fixtures/pg-messages.ts";

/** How connections that nobody uses are called in `pg_stat_activity`. */
export const POOLED = "pooled";

/** One connection to the server, which one client uses at a time. */
export type PooledConnection = {
  readonly isClosed: () => boolean;
  /** From now on the answers go to this client. `whenIdle`: no transaction is open and everything is answered. */
  readonly lend: (client: Socket, applicationName: string, whenIdle: () => void) => void;
  readonly send: (type: string, bytes: Buffer) => void;
  /** Resolves to true when the connection may serve another client, and to false where it was closed instead. */
  readonly giveBack: () => Promise<boolean>;
  readonly destroy: () => void;
};

/** What was written is in the statistics before the name of the client is gone: tests read them. */
const RESET = `SELECT pg_stat_force_next_flush(); SET application_name = '${POOLED}'`;

/** In ReadyForQuery: outside of a transaction. */
const IDLE = "I".charCodeAt(0);

export async function openConnection(server: string, database: string): Promise<PooledConnection> {
  const connectionString = Object.assign(new URL(server), { pathname: `/${database}` }).href;
  const driver = new Client({ connectionString, application_name: POOLED });
  await driver.connect();
  // The driver has logged in; from here on its messages are the client's.
  const socket = (driver as unknown as { readonly connection: { readonly stream: Socket } }).connection.stream;
  socket.removeAllListeners();
  let client: Socket | null = null;
  let whenIdle = () => {};
  /** Answers to statements of the pooler, which the client does not see. */
  let ownAnswers = 0;
  let unanswered = 0;
  /** Parts of a statement that is not complete, whose rows may arrive before its last part is sent. */
  let isSending = false;
  let isInTransaction = false;
  let isClosed = false;
  let reset: ((isUsable: boolean) => void) | null = null;
  const read = pgMessages("server");
  socket.on("data", (chunk: Buffer) => {
    const forClient: Buffer[] = [];
    let isIdle = false;
    for (const { type, bytes } of read(chunk)) {
      if (ownAnswers === 0) forClient.push(bytes);
      if (type !== "Z") continue;
      isInTransaction = bytes.at(-1) !== IDLE;
      if (ownAnswers > 0) ownAnswers -= 1;
      else unanswered -= 1;
      if (ownAnswers === 0) reset?.(true);
      isIdle = ownAnswers === 0 && unanswered === 0 && !isSending && !isInTransaction;
    }
    if (forClient.length === 0) return;
    client?.write(Buffer.concat(forClient));
    if (isIdle && client !== null) whenIdle();
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    isClosed = true;
    client?.destroy();
    reset?.(false);
  });
  const own = (text: string) => {
    ownAnswers += 1;
    socket.write(pgMessage("Q", text));
  };
  return {
    isClosed: () => isClosed,
    lend: (next, applicationName, then) => {
      client = next;
      whenIdle = then;
      own(`SET application_name = '${applicationName.replaceAll("'", "''")}'`);
    },
    send: (type, bytes) => {
      // Each is answered by one ReadyForQuery.
      const isEnd = type === "S" || type === "Q";
      if (isEnd) unanswered += 1;
      isSending = !isEnd;
      socket.write(bytes);
    },
    giveBack: async () => {
      client = null;
      if (unanswered > 0 || isSending) socket.destroy();
      if (isClosed || socket.destroyed) return false;
      const answered = new Promise<boolean>((resolve) => {
        reset = resolve;
      });
      own(isInTransaction ? `ROLLBACK; ${RESET}` : RESET);
      const isUsable = await answered;
      reset = null;
      return isUsable;
    },
    destroy: () => socket.destroy(),
  };
}
