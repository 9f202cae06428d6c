import { DurableObject } from "cloudflare:workers";
import type { NewClient } from "../encoder/events/attach-messages.ts";
import { attachResponse } from "../encoder/events/attach-response.ts";
import { limitReached } from "../encoder/events/limits.ts";
import { Listeners } from "../encoder/events/listeners.ts";
import { postEventText, type ShownProgress } from "../post-events/stream/post-event-text.ts";

/**
 * The open streams of one post, named by its id. It stores nothing: streams end with the object, and a client that
 * connects again reads the present.
 */
export class PostEvents extends DurableObject {
  private readonly listeners = new Listeners(Date.now);
  private sent = 0;

  /** False where nobody listens: the jobs of the post then need not report here. */
  changed(version: number): boolean {
    return this.send(postEventText({ name: "post-changed", data: { version } }));
  }

  /** The newest progress of some jobs. False where nobody listens any more. */
  progress(reports: readonly ShownProgress[]): boolean {
    return reports.map((data) => this.send(postEventText({ name: "job-progress", data }))).every((isHeard) => isHeard);
  }

  /** A client of the stream. */
  override async fetch(request: Request): Promise<Response> {
    const { owner, until } = (await request.json()) as NewClient;
    const limit = limitReached(this.listeners, owner);
    if (limit !== null) return attachResponse({ kind: limit });
    const firstText = postEventText({ name: "connected", data: { ok: true } });
    return attachResponse(this.listeners.add({ owner, after: this.sent, firstText, until }));
  }

  private send(text: string): boolean {
    if (this.listeners.count() === 0) return false;
    this.sent += 1;
    this.listeners.send(this.sent, text);
    return true;
  }
}
