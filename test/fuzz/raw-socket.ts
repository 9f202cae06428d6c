import { connect } from "node:net";

export type Patience = {
  /** After the last bytes of an answer. */
  readonly quietMs: number;
  /** Before its first bytes. */
  readonly silentMs: number;
};

/** For many damaged requests: what waits for more of a request than will ever come says nothing at all. */
const IN_A_CROWD: Patience = { quietMs: 300, silentMs: 2500 };
/** For an answer that must come, and whole, on a busy machine too. */
export const UNTIL_IT_COMES: Patience = { quietMs: 3000, silentMs: 60_000 };

/** Sends bytes, and takes what comes back until the server closes or is quiet. */
export function exchange(port: number, bytes: Buffer, { quietMs, silentMs } = IN_A_CROWD): Promise<Buffer> {
  return new Promise((resolve) => {
    const received: Buffer[] = [];
    const socket = connect(port, "127.0.0.1");
    const finish = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(Buffer.concat(received));
    };
    let timer = setTimeout(finish, silentMs);
    socket.on("data", (chunk: Buffer) => {
      received.push(chunk);
      clearTimeout(timer);
      timer = setTimeout(finish, quietMs);
    });
    socket.on("close", finish);
    // The server may close while it is still being written to.
    socket.on("error", () => {});
    socket.write(bytes);
  });
}
