import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

/** mpv without a screen and without loudspeakers; it keeps time as if it had both. Properties are named in its manual. */
export type Mpv = AsyncDisposable & {
  get(property: string): Promise<unknown>;
  set(property: string, value: unknown): Promise<unknown>;
  seek(seconds: number): Promise<unknown>;
  /** Waits until a property is so. */
  until(property: string, holds: (value: unknown) => boolean): Promise<void>;
  /** What it complained of so far: warnings and errors. */
  complaints(): string;
};

/** `npm test` names the one that it found. */
export const MPV = process.env.MPV_PATH ?? "mpv";

const DEADLINE_MS = 60_000;

/**
 * Opens `url` in its lowest quality, paused at its start. It plays at 4 times the speed, looks ahead a little, and stays at
 * the end. `folder` is for its socket.
 */
export async function startMpv(url: string, folder: string): Promise<Mpv> {
  const path = join(folder, "mpv.socket");
  const settings = [
    "--no-config",
    "--load-scripts=no",
    "--ytdl=no",
    "--msg-level=all=warn",
    `--input-ipc-server=${path}`,
  ];
  const output = ["--vo=null", "--ao=null", "--pause", "--keep-open=yes"];
  const playback = [...output, "--speed=4", "--hls-bitrate=min", "--cache-secs=4"];
  const child = spawn(MPV, [...settings, ...playback, url], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (text: Buffer) => {
      said += text.toString();
    });
  }
  const socket = await connected(path);
  const command = commandsTo(socket);
  const get = (property: string) => command("get_property", property);
  return {
    get,
    set: (property, value) => command("set_property", property, value),
    seek: (seconds) => command("seek", seconds, "absolute"),
    complaints: () => said,
    until: async (property, holds) => {
      const deadline = Date.now() + DEADLINE_MS;
      for (;;) {
        // A property is not there before the file is open.
        const value = await get(property).catch(() => undefined);
        if (holds(value)) return;
        if (Date.now() > deadline || child.exitCode !== null)
          throw new Error(`mpv: ${property} is ${JSON.stringify(value)}; it said: ${said}`);
        await sleep(50);
      }
    },
    [Symbol.asyncDispose]: async () => {
      const exit = once(child, "exit");
      if (child.kill("SIGTERM") && child.exitCode === null) await exit;
      socket.destroy();
    },
  };
}

async function connected(path: string): Promise<Socket> {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const socket = connect(path);
    try {
      await once(socket, "connect");
      return socket;
    } catch (cause) {
      if (Date.now() > deadline) throw new Error("mpv does not open its socket", { cause });
      await sleep(50);
    }
  }
}

type Reply = { request_id?: number; error?: string; data?: unknown };

/** mpv's JSON protocol: one line a command, one line an answer, events between them. */
function commandsTo(socket: Socket): (...words: unknown[]) => Promise<unknown> {
  const waiting = new Map<number, (reply: Reply) => void>();
  let last = 0;
  const closed = new Promise<Reply>((resolve) => socket.once("close", () => resolve({ error: "mpv has ended" })));
  const lines = createInterface({ input: socket }).on("line", (line) => {
    const reply = JSON.parse(line) as Reply;
    if (reply.request_id !== undefined) waiting.get(reply.request_id)?.(reply);
  });
  // What is written to an mpv that has just ended; `closed` answers it.
  for (const emitter of [socket, lines]) emitter.on("error", () => {});
  return async (...words) => {
    last += 1;
    const answered = new Promise<Reply>((resolve) => waiting.set(last, resolve));
    socket.write(`${JSON.stringify({ command: words, request_id: last })}\n`);
    const { error, data } = await Promise.race([answered, closed]);
    if (error !== "success") throw new Error(`mpv: ${words.join(" ")}: ${error}`);
    return data;
  };
}
