import { KEEP_ALIVE_TEXT } from "./event-text.ts";

/** Comments keep proxies from closing a quiet stream; the longest silence that is common is 30 s. */
export const KEEP_ALIVE_MS = 20_000;

/** Of text that waits for one listener. A slower one is cut off and reads what it missed when it connects again. */
const MOST_WAITING_CHARACTERS = 256 * 1024;

export type NewListener = {
  /** The caller, for its limit. */
  readonly owner: string;
  /** Number of the last event that its first text includes. */
  readonly after: number;
  readonly firstText: string;
  /** In ms: the stream ends then, and the client authenticates again. */
  readonly until: number;
};

type Listener = Omit<NewListener, "firstText"> & {
  readonly writer: WritableStreamDefaultWriter<Uint8Array>;
  after: number;
  waiting: string[];
  waitingCharacters: number;
  /** Since when a write waits for the client; null while none does. */
  writingSince: number | null;
};

const encoder = new TextEncoder();

/**
 * The open streams of one object. Each has a bounded buffer, so that no listener waits for another. A client that has
 * left is noticed by the next write to it, at the latest by the next comment.
 */
export class Listeners {
  private readonly open = new Set<Listener>();
  private timer: ReturnType<typeof setInterval> | null = null;
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  count(): number {
    return this.open.size;
  }

  countOf(owner: string): number {
    return [...this.open].filter((listener) => listener.owner === owner).length;
  }

  add({ firstText, ...listener }: NewListener): ReadableStream<Uint8Array> {
    // Its ends are the runtime's own: the write of a client that has left fails.
    const { readable, writable } = new IdentityTransformStream();
    const writer = writable.getWriter() as WritableStreamDefaultWriter<Uint8Array>;
    const added = { ...listener, writer, waiting: [], waitingCharacters: 0, writingSince: null };
    this.open.add(added);
    writer.closed.catch(() => this.drop(added));
    this.timer ??= setInterval(() => this.keepAlive(), KEEP_ALIVE_MS);
    this.write(added, firstText);
    return readable;
  }

  /** An event that a listener has already had as part of its first text is left out. */
  send(seq: number, text: string): void {
    for (const listener of this.open) {
      if (listener.after >= seq) continue;
      listener.after = seq;
      this.write(listener, text);
    }
  }

  /** After what waits for them. */
  endAll(): void {
    for (const listener of this.open) this.end(listener);
  }

  /** A comment to each listener. Ends streams whose time is over, and those whose client reads nothing. */
  keepAlive(): void {
    const now = this.now();
    for (const listener of this.open) {
      if (now - (listener.writingSince ?? now) >= KEEP_ALIVE_MS) this.drop(listener);
      else if (listener.until <= now) this.end(listener);
      else this.write(listener, KEEP_ALIVE_TEXT);
    }
  }

  private write(listener: Listener, text: string): void {
    listener.waiting.push(text);
    listener.waitingCharacters += text.length;
    // What nothing waits before is written however long it is: a first text that is cut off would be cut off each time.
    if (listener.writingSince === null) void this.pump(listener);
    else if (listener.waitingCharacters > MOST_WAITING_CHARACTERS) this.drop(listener);
  }

  private async pump(listener: Listener): Promise<void> {
    try {
      while (listener.waiting.length > 0) {
        const text = listener.waiting.join("");
        listener.waiting = [];
        listener.waitingCharacters = 0;
        listener.writingSince = this.now();
        await listener.writer.write(encoder.encode(text));
      }
      listener.writingSince = null;
      if (!this.open.has(listener)) await listener.writer.close();
    } catch {
      // The client has left.
      this.drop(listener);
    }
  }

  private end(listener: Listener): void {
    this.forget(listener);
    if (listener.writingSince === null) void this.pump(listener);
  }

  private drop(listener: Listener): void {
    this.forget(listener);
    listener.waiting = [];
    listener.writer.abort("the listener is gone or too slow").catch(() => {});
  }

  private forget(listener: Listener): void {
    this.open.delete(listener);
    if (this.open.size > 0 || this.timer === null) return;
    clearInterval(this.timer);
    this.timer = null;
  }
}
