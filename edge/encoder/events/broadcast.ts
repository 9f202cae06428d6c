import type { EventLog } from "./event-log.ts";
import { type EventData, eventId, eventText, type StreamEvent } from "./event-text.ts";
import type { Listeners } from "./listeners.ts";

/** `shown`: what listeners receive beside the stored data, such as a URL with a token. */
export type Outgoing = { readonly event: StreamEvent; readonly shown?: EventData; readonly isLast?: boolean };

/**
 * Sends stored events to the listeners, in order and only once they are durable: an event that a crash took back would
 * otherwise be known to a listener under a number that another event gets.
 */
export class Broadcast {
  private waiting: Outgoing[] = [];
  private sending: Promise<void> | null = null;
  private sent: number | null = null;
  private readonly storage: Pick<DurableObjectStorage, "sync">;
  private readonly log: EventLog;
  private readonly listeners: Listeners;

  constructor(storage: Pick<DurableObjectStorage, "sync">, log: EventLog, listeners: Listeners) {
    this.storage = storage;
    this.log = log;
    this.listeners = listeners;
  }

  /** Number of the last event that listeners have. What was stored before this object was in memory counts as sent. */
  sentSeq(): number {
    this.sent ??= this.log.lastSeq();
    return this.sent;
  }

  publish(outgoing: Outgoing): void {
    this.sent ??= outgoing.event.seq - 1;
    this.waiting.push(outgoing);
    this.sending ??= this.send();
  }

  /** Resolves when nothing is on its way. */
  async settled(): Promise<void> {
    while (this.sending !== null) await this.sending;
  }

  /** After the storage was deleted. */
  forget(): void {
    this.sent = null;
  }

  private async send(): Promise<void> {
    try {
      while (this.waiting.length > 0) {
        const next = this.waiting;
        this.waiting = [];
        await this.storage.sync();
        for (const outgoing of next) this.deliver(outgoing);
      }
    } finally {
      // With the last look at what waits: an event that is published after it starts the next sending.
      this.sending = null;
    }
  }

  private deliver({ event, shown, isLast }: Outgoing): void {
    const data = shown === undefined ? event.data : { ...event.data, ...shown };
    this.listeners.send(event.seq, eventText(eventId(this.log.epoch(), event.seq), event.name, data));
    this.sent = event.seq;
    if (isLast === true) this.listeners.endAll();
  }
}
