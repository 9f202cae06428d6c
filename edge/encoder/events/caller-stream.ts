import { presentJob } from "../../../shared/domain/encoder/encoder-job.ts";
import { earliestUuidV7, secretId } from "../../../shared/lib/random-id.ts";
import { firstText, positionOf } from "./attach.ts";
import type { AttachAnswer, AttachToCaller } from "./attach-messages.ts";
import { Broadcast } from "./broadcast.ts";
import { applyReport, applyState, endOf, type JobOrder, type ReportingClaim } from "./claim-order.ts";
import { EventLog } from "./event-log.ts";
import type { EventData, StreamEvent } from "./event-text.ts";
import { appliedStateOf, endData, endName, type KnownState, withoutMinted } from "./job-state.ts";
import { LONGEST_STREAM_MS, limitReached } from "./limits.ts";
import { Listeners } from "./listeners.ts";

/** An event of progress of one job, as its own object has made it. */
export type ForwardedProgress = { readonly claim: ReportingClaim; readonly data: EventData };

/** Events are stored for so long after the last client could still have been connected. */
const AWAY_MS = 5 * 60_000;

/** Changes of state that are kept, and how long what is known of a job that has ended. */
const KEPT_STATES = 1000;
const DAY_MS = 24 * 3_600_000;
const ENDED_KEPT_MS = 7 * DAY_MS;

/** Completed jobs among what a client missed that have a URL with a token; it reads earlier ones by their id. */
const MOST_MINTED = 100;

/** The stored events of all jobs of one caller. While nobody listens, nothing is stored. */
export class CallerStream {
  readonly listeners: Listeners;
  private readonly log: EventLog;
  private readonly broadcast: Broadcast;
  private readonly now: () => number;
  private until: number | undefined;
  /** By the id of the job: its last progress here. */
  private readonly newest = new Map<string, EventData>();

  constructor(storage: Pick<DurableObjectStorage, "sql" | "sync">, now: () => number) {
    this.now = now;
    this.listeners = new Listeners(now);
    this.log = new EventLog(storage.sql);
    this.broadcast = new Broadcast(storage, this.log, this.listeners);
  }

  isWanted(): boolean {
    this.until ??= this.log.kept<number>("wantedUntil") ?? 0;
    return this.now() < this.until;
  }

  /** False where nobody listens: then nothing happens. */
  settle(state: KnownState): boolean {
    if (!this.isWanted()) return false;
    this.apply(state, "new-job");
    return true;
  }

  /** False where nobody listens any more. */
  progress(jobId: string, reports: readonly ForwardedProgress[]): boolean {
    if (!this.isWanted()) return false;
    for (const { claim, data } of reports) {
      const order = this.orderOf(jobId);
      const next = order === null ? null : applyReport(order, claim);
      if (next === null) continue;
      if (next !== order) this.keepOrder(jobId, next);
      this.newest.set(jobId, data);
      this.broadcast.publish({ event: this.log.addProgress(data) });
    }
    return true;
  }

  /** A stream, or why there is none. */
  async attach(asked: AttachToCaller): Promise<AttachAnswer | ReadableStream<Uint8Array>> {
    const { running, recent, lastEventId, owner, until, minted } = asked;
    const limit = limitReached(this.listeners, owner);
    if (limit !== null) return { kind: limit };
    await this.broadcast.settled();
    if (!this.isWanted()) this.restart();
    this.want();
    for (const state of running) this.apply(state, "shown");
    // An end that came while the job was not known here yet.
    for (const state of recent) if (this.orderOf(state.job.jobId) !== null) this.apply(state, "shown");
    await this.broadcast.settled();
    // Nothing waits from here on, so that no event comes in between.
    const last = this.broadcast.sentSeq();
    const position = positionOf(this.log, lastEventId, last);
    const missed = position.kind === "known" ? completedAmong(position.missed).slice(-MOST_MINTED) : [];
    if (missed.some((name) => minted[name] === undefined)) return { kind: "mint", jobs: missed };
    const shown = position.kind === "gap" ? recent : running;
    const present = shown.map(({ job, view }) => ({ ...view, ...this.newestOf(job.jobId, view) }));
    const text = firstText(this.log.epoch(), position, present, last, ({ data }) => {
      const fresh = minted[String(data.jobId)];
      return data.status === "completed" && fresh !== undefined ? { ...data, ...fresh } : data;
    });
    return this.listeners.add({ owner, after: last, firstText: text, until });
  }

  /** Deletes what was there a day ago: a client that was away for longer gets the present. Called once a day. */
  prune(): void {
    const last = this.log.lastSeq();
    this.log.deleteStatesBefore(Math.max(last - KEPT_STATES, (this.log.kept<number>("pruned") ?? 0) + 1));
    this.log.keep("pruned", last);
    this.log.deleteKeptBefore(ORDER, orderName(earliestUuidV7(this.now() - ENDED_KEPT_MS)));
  }

  forget(): void {
    this.log.forget();
    this.broadcast.forget();
    this.until = undefined;
    this.newest.clear();
  }

  /** `shown`: a job that is new here appears in the first text of a client, and needs no event. */
  private apply(state: KnownState, newJob: "new-job" | "shown"): void {
    const { jobId } = state.job;
    const known = this.orderOf(jobId);
    const effect = applyState(known, appliedStateOf(state));
    if (!("order" in effect)) return;
    const { end } = effect.order;
    if (known === null && end !== null && !this.hasEndedHere(state)) return;
    this.keepOrder(jobId, effect.order);
    if (effect.kind === "ended" && end !== null) {
      this.newest.delete(jobId);
      const { stored, minted } = endData(state, end);
      this.broadcast.publish({ event: this.log.addState(endName(end), stored), shown: minted });
    }
    if (effect.kind === "resumed") this.newest.delete(jobId);
    if (effect.kind === "resumed" || (known === null && effect.kind === "confirmed" && newJob === "new-job")) {
      this.broadcast.publish({ event: this.log.addState("job-update", withoutMinted(state.view).stored) });
    }
  }

  /** An older end is not news: its post was deleted, or another job of its part has ended. */
  private hasEndedHere({ job }: KnownState): boolean {
    const { finishedAt } = presentJob(job);
    const since = Math.max(this.log.kept<number>("since") ?? 0, this.now() - DAY_MS);
    return finishedAt === null || finishedAt >= since;
  }

  /** What happened while nobody listened is not stored: no client continues over it. */
  private restart(): void {
    this.log.restart(secretId());
    this.log.keep("since", this.now());
    this.broadcast.forget();
    this.newest.clear();
  }

  private newestOf(jobId: string, { status }: EventData): EventData {
    return endOf(status as never) === null ? (this.newest.get(jobId) ?? {}) : {};
  }

  private want(): void {
    const until = this.now() + LONGEST_STREAM_MS + AWAY_MS;
    // Half of the time in between is exact enough: a row for each client is not.
    if (this.until !== undefined && until - this.until < AWAY_MS / 2) return;
    this.log.keep("wantedUntil", until);
    this.until = until;
  }

  private orderOf(jobId: string): JobOrder | null {
    return this.log.kept<JobOrder>(orderName(jobId));
  }

  private keepOrder(jobId: string, order: JobOrder): void {
    this.log.keep(orderName(jobId), order);
  }
}

const ORDER = "order:";

function orderName(jobId: string): string {
  return `${ORDER}${jobId}`;
}

function completedAmong(events: readonly StreamEvent[]): readonly string[] {
  return events.filter(({ name }) => name === "job-completed").map(({ data }) => String(data.jobId));
}
