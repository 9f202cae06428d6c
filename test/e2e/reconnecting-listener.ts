import { EventReader, type ReceivedEvent } from "../fixtures/event-stream.ts";
import { TEST_SECRETS } from "./test-secrets.ts";

const ENDS = ["job-completed", "job-failed", "job-cancelled"];
const RETRY_MS = 100;

/** A client of one job's stream that connects again until the job has ended, as an EventSource does. */
export class ReconnectingListener {
  private readonly url: string;
  private readonly events: ReceivedEvent[] = [];
  private readonly waiting = new Set<() => void>();
  private readonly running: Promise<void>;
  private lastEventId: string | null = null;
  private abort = new AbortController();
  private opened = 0;

  constructor(origin: string, jobId: string) {
    this.url = `${origin}/api/v2/m3u8-encoder/events?jobId=${jobId}`;
    this.running = this.run();
  }

  connections(): number {
    return this.opened;
  }

  /** The first view of the job has arrived. */
  connected(): Promise<void> {
    return this.until(() => this.events.length > 0);
  }

  /** Ends the connection once this percentage has arrived. */
  async cutAfter(percent: number): Promise<void> {
    await this.until(() => this.events.some(({ data }) => data.progressPercentage === percent));
    const before = this.opened;
    this.abort.abort();
    await this.until(() => this.opened > before);
  }

  /** All events but `connected`. */
  async ended(): Promise<readonly ReceivedEvent[]> {
    await this.running;
    return this.events;
  }

  private async run(): Promise<void> {
    while (!ENDS.includes(this.events.at(-1)?.event ?? "")) {
      // The Worker may be away, and the connection may be cut at any time.
      await this.read().catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  private async read(): Promise<void> {
    this.abort = new AbortController();
    const headers: Record<string, string> = { authorization: `Bearer ${TEST_SECRETS.ADMIN_API_KEY}` };
    if (this.lastEventId !== null) headers["last-event-id"] = this.lastEventId;
    const response = await fetch(this.url, { headers, signal: this.abort.signal });
    if (response.status !== 200 || response.body === null) throw new Error(`${response.status}`);
    const reader = new EventReader(response.body);
    this.opened++;
    for (let event = await reader.next(); event !== null; event = await reader.next()) {
      this.lastEventId = event.id;
      if (event.event !== "connected") this.events.push(event);
      this.wake();
    }
  }

  private wake(): void {
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }

  private async until(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) await new Promise<void>((resolve) => this.waiting.add(resolve));
  }
}
