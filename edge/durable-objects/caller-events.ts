import { DurableObject } from "cloudflare:workers";
import type { AttachToCaller } from "../encoder/events/attach-messages.ts";
import { attachResponse } from "../encoder/events/attach-response.ts";
import { CallerStream, type ForwardedProgress } from "../encoder/events/caller-stream.ts";
import type { KnownState } from "../encoder/events/job-state.ts";

/** Between looks at whether anybody still needs what is stored. */
const KEPT_MS = 24 * 3_600_000;

/** The stream of all encoder jobs of one caller, named by the caller's id. */
export class CallerEvents extends DurableObject {
  private readonly stream = new CallerStream(this.ctx.storage, Date.now);

  /** Whether somebody listens, so that the job's own object is to forward its progress. */
  settle(state: KnownState): boolean {
    return this.stream.settle(state);
  }

  /** Progress of one job from its own object, in order. False where nobody listens any more. */
  progress(jobId: string, reports: readonly ForwardedProgress[]): boolean {
    return this.stream.progress(jobId, reports);
  }

  /** A client of the stream. */
  override async fetch(request: Request): Promise<Response> {
    const answer = await this.stream.attach((await request.json()) as AttachToCaller);
    const { storage } = this.ctx;
    if ((await storage.getAlarm()) === null) await storage.setAlarm(Date.now() + KEPT_MS);
    return attachResponse(answer);
  }

  override async alarm(): Promise<void> {
    if (this.stream.isWanted()) {
      this.stream.prune();
      await this.ctx.storage.setAlarm(Date.now() + KEPT_MS);
      return;
    }
    await this.ctx.storage.deleteAll();
    this.stream.forget();
  }
}
