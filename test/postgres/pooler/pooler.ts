import { createServer, type Socket } from "node:net";
import { type PgMessage, pgMessage, pgMessages, STARTUP } from "../../fixtures/pg-messages.ts";
import { openConnection, type PooledConnection } from "./pooled-connection.ts";

/**
 * Keeps connections to a server open and lends one to each transaction, as Hyperdrive does: a Worker opens a client for each
 * call of its database, and a new process of the server for each would cost more than the call. Local Hyperdrive has no
 * pool. Neither TLS nor what needs a session: LISTEN, prepared statements with names.
 */
export type Pooler = { readonly port: number; stop(): Promise<void> };

/** Of one database; further transactions wait, as with Hyperdrive. */
export const MOST_CONNECTIONS = 30;

type Pool = { readonly idle: PooledConnection[]; open: number; readonly waiting: (() => void)[] };

export async function startPooler(server: string): Promise<Pooler> {
  const pools = new Map<string, Pool>();
  const sockets = new Set<Socket>();
  const poolOf = (database: string): Pool => {
    const known = pools.get(database) ?? { idle: [], open: 0, waiting: [] };
    pools.set(database, known);
    return known;
  };
  const listener = createServer({ noDelay: true }, (client) => {
    sockets.add(client);
    client.on("error", () => {}).on("close", () => sockets.delete(client));
    serve(client, (database) => borrow(server, database, poolOf(database)));
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const address = listener.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      for (const { idle } of pools.values()) for (const connection of idle) connection.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}

type Loan = { readonly connection: PooledConnection; readonly end: (isDone: boolean) => void };

async function borrow(server: string, database: string, pool: Pool): Promise<Loan> {
  for (;;) {
    const idle = pool.idle.pop();
    if (idle?.isClosed() === false) return loanOf(idle, pool);
    if (idle !== undefined) pool.open -= 1;
    else if (pool.open < MOST_CONNECTIONS) break;
    else await new Promise<void>((resolve) => pool.waiting.push(resolve));
  }
  pool.open += 1;
  try {
    return loanOf(await openConnection(server, database), pool);
  } catch (error) {
    pool.open -= 1;
    pool.waiting.shift()?.();
    throw error;
  }
}

function loanOf(connection: PooledConnection, pool: Pool): Loan {
  return {
    connection,
    end: async (isDone) => {
      if (!isDone) connection.destroy();
      if (isDone && (await connection.giveBack())) pool.idle.push(connection);
      else pool.open -= 1;
      pool.waiting.shift()?.();
    },
  };
}

/** One client from its first message to its last. It has a connection for each transaction, and waits for it. */
function serve(client: Socket, borrowFrom: (database: string) => Promise<Loan>): void {
  const read = pgMessages("client");
  const waiting: PgMessage[] = [];
  let parameters: ReadonlyMap<string, string> = new Map();
  let loan: Loan | "asked" | null = null;
  let isGone = false;
  const giveBack = (isDone: boolean) => {
    if (loan !== null && loan !== "asked") loan.end(isDone);
    loan = null;
  };
  const leave = (isDone: boolean) => {
    if (isGone) return;
    isGone = true;
    giveBack(isDone);
    client.end();
  };
  const borrow = async () => {
    loan = "asked";
    const borrowed = await borrowFrom(parameters.get("database") ?? "");
    if (isGone) return borrowed.end(true);
    loan = borrowed;
    borrowed.connection.lend(client, parameters.get("application_name") ?? "", () => giveBack(true));
    for (const { type, bytes } of waiting.splice(0)) borrowed.connection.send(type, bytes);
  };
  const take = (message: PgMessage) => {
    if (message.type === STARTUP) {
      parameters = parametersOf(message.bytes);
      client.write(WELCOME);
    } else if (message.type === "X") leave(true);
    else if (loan !== null && loan !== "asked") loan.connection.send(message.type, message.bytes);
    else {
      waiting.push(message);
      if (loan === null) borrow().catch((error) => client.end(refusal(error)));
    }
  };
  client.on("data", (chunk: Buffer) => read(chunk).forEach(take));
  client.on("close", () => leave(false));
}

/** Behind the length and the version of the protocol: names and values, each with a zero byte. */
function parametersOf(startup: Buffer): ReadonlyMap<string, string> {
  const texts = startup.toString("utf8", 8).split("\0");
  return new Map(texts.flatMap((name, at) => (at % 2 === 0 && name !== "" ? [[name, texts[at + 1] ?? ""]] : [])));
}

const AUTHENTICATED = pgMessage("R", Buffer.alloc(4));
const PROCESS_AND_SECRET = pgMessage("K", Buffer.alloc(8));
const READY = pgMessage("Z", Buffer.from("I"));
const PARAMETERS = [
  ["server_version", "18"],
  ["client_encoding", "UTF8"],
  ["standard_conforming_strings", "on"],
].map((pair) => pgMessage("S", ...pair));
const WELCOME = Buffer.concat([AUTHENTICATED, ...PARAMETERS, PROCESS_AND_SECRET, READY]);

function refusal(error: unknown): Buffer {
  const code = error instanceof Error && "code" in error ? String(error.code) : "08006";
  const message = error instanceof Error ? error.message : String(error);
  return pgMessage("E", "SFATAL", "VFATAL", `C${code}`, `M${message}`, Buffer.from([0]));
}
