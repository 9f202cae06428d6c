import { connect } from "node:net";

/** After the first bytes of an answer: long enough for a Worker on a busy machine, as everything is sent at once. */
const QUIET_MS = 300;
/** What waits for more of the request than will ever come says nothing at all. */
const SILENT_MS = 2500;

/** Sends bytes, and takes what comes back until the server closes or is quiet. */
export function exchange(port: number, bytes: Buffer): Promise<Buffer> {
  return new Promise((resolve) => {
    const received: Buffer[] = [];
    const socket = connect(port, "127.0.0.1");
    const finish = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(Buffer.concat(received));
    };
    let timer = setTimeout(finish, SILENT_MS);
    socket.on("data", (chunk: Buffer) => {
      received.push(chunk);
      clearTimeout(timer);
      timer = setTimeout(finish, QUIET_MS);
    });
    socket.on("close", finish);
    // The server may close while it is still being written to.
    socket.on("error", () => {});
    socket.write(bytes);
  });
}
