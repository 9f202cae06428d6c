import { presentJob } from "../../../shared/domain/encoder/encoder-job.ts";
import type { JobKind, JobProgress } from "../../../shared/domain/job/transcode-job.ts";
import { secretId } from "../../../shared/lib/random-id.ts";
import { endedText, firstText, positionOf } from "./attach.ts";
import type { AttachAnswer, AttachToJob } from "./attach-messages.ts";
import { Broadcast } from "./broadcast.ts";
import {
  applyReport,
  applyState,
  isAfter,
  type JobOrder,
  type ReportingClaim,
  type StateEffect,
} from "./claim-order.ts";
import { EventLog } from "./event-log.ts";
import type { EventData } from "./event-text.ts";
import { appliedStateOf, endData, endName, type KnownState, progressData, withoutMinted } from "./job-state.ts";
import { limitReached } from "./limits.ts";
import { Listeners } from "./listeners.ts";
import { advance, type SteadyProgress } from "./steady-progress.ts";

/** A report of a processor. */
export type ReportedProgress = ReportingClaim & { readonly kind: JobKind; readonly progress: JobProgress };

type Stored = {
  readonly order: JobOrder;
  readonly job: KnownState["job"];
  /** Whether the stream of all jobs of the caller receives the progress of this one. */
  readonly isFollowed: boolean;
};

const TOUCH_MS = 3_600_000;

/** What is kept with each event of progress. */
type Origin = SteadyProgress & { readonly kind: JobKind };

/**
 * The stored events of one encoder job and their listeners. Nothing is stored until `open`; before it, states and reports
 * have no effect.
 */
export class JobStream {
  readonly listeners: Listeners;
  private readonly log: EventLog;
  private readonly broadcast: Broadcast;
  /** Undefined until they are read from storage. */
  private current: Stored | null | undefined;
  private origin: Origin | null | undefined;
  /** The version of the newest state that came while nothing was stored. */
  private heard = 0;

  constructor(storage: Pick<DurableObjectStorage, "sql" | "sync">, now: () => number) {
    this.listeners = new Listeners(now);
    this.log = new EventLog(storage.sql);
    this.broadcast = new Broadcast(storage, this.log, this.listeners);
  }

  stored(): Stored | null {
    if (this.current === undefined) this.current = this.log.kept<Stored>("job");
    return this.current;
  }

  /** What follows for listeners is sent. Creates the storage, unless the job has ended: then there is nothing to follow. */
  open(state: KnownState, reports: Iterable<ReportedProgress>): StateEffect["kind"] | "nothing-to-follow" {
    if (this.stored() !== null) return this.apply(state);
    const applied = appliedStateOf(state);
    // It was read before a change that came here first, and that does not come again.
    if (applied.version < this.heard) return "late";
    const effect = applyState(null, applied);
    if (effect.kind !== "confirmed") return "nothing-to-follow";
    this.log.create(secretId());
    this.store({ order: effect.order, job: state.job, isFollowed: false });
    for (const report of reports) this.origin = this.advanced(report) ?? this.origin ?? null;
    return effect.kind;
  }

  apply(state: KnownState): StateEffect["kind"] {
    const stored = this.stored();
    if (stored === null) {
      this.heard = Math.max(this.heard, appliedStateOf(state).version);
      return "late";
    }
    const effect = applyState(stored.order, appliedStateOf(state));
    if (!("order" in effect)) return effect.kind;
    const { order, kind } = effect;
    this.store({ ...stored, order, job: state.job });
    if (kind === "ended" && order.end !== null) {
      const { stored: data, minted } = endData(state, order.end);
      this.broadcast.publish({ event: this.log.addState(endName(order.end), data), shown: minted, isLast: true });
    }
    if (kind === "resumed") {
      this.origin = null;
      this.broadcast.publish({ event: this.log.addState("job-update", withoutMinted(state.view).stored) });
    }
    return kind;
  }

  /** The event that the report makes; null where it says nothing new. */
  report(report: ReportedProgress): EventData | null {
    const stored = this.stored();
    const order = stored === null ? null : applyReport(stored.order, report);
    if (stored === null || order === null) return null;
    const before = this.lastOrigin();
    const next = this.advanced(report);
    if (next === null) return null;
    if (order !== stored.order) this.store({ ...stored, order });
    this.origin = next;
    const data = progressData(stored.job, { ...next.claim, kind: next.kind }, next.progress);
    if (before !== null && JSON.stringify(data) === JSON.stringify(this.dataOf(stored, before))) return null;
    this.broadcast.publish({ event: this.log.addProgress(data, next) });
    return data;
  }

  follow(isFollowed: boolean): void {
    const stored = this.stored();
    if (stored !== null && stored.isFollowed !== isFollowed) this.store({ ...stored, isFollowed });
  }

  /** When a client or a follower came last, to the hour. */
  touchedAt(): number {
    return this.log.kept<number>("touchedAt") ?? 0;
  }

  touch(now: number): void {
    if (now - this.touchedAt() >= TOUCH_MS) this.log.keep("touchedAt", now);
  }

  /** A stream, or why there is none. `reports`: what processors reported before anybody listened. */
  async attach(
    { known, lastEventId, owner, until }: AttachToJob,
    reports: Iterable<ReportedProgress>,
  ): Promise<AttachAnswer | ReadableStream<Uint8Array>> {
    const opened = this.open(known, reports);
    if (opened === "nothing-to-follow") return { kind: "ended" };
    if (opened === "late") return { kind: "newer" };
    await this.broadcast.settled();
    // Nothing waits from here on, so that no event comes in between.
    const stored = this.stored();
    if (stored === null || appliedStateOf(known).version < stored.order.version) return { kind: "newer" };
    const last = this.broadcast.sentSeq();
    const position = positionOf(this.log, lastEventId, last);
    const { end } = stored.order;
    if (end !== null) {
      if (position.kind === "known" && position.missed.length === 0) return { kind: "nothing-more" };
      const { stored: data, minted } = endData(known, end);
      const ending = { name: endName(end), data: { ...data, ...minted }, seq: last };
      return { kind: "text", text: endedText(this.log.epoch(), position, known.view, ending) };
    }
    const limit = limitReached(this.listeners, owner);
    if (limit !== null) return { kind: limit };
    const origin = this.originNewerThan(known);
    const present = { ...known.view, ...(origin === null ? {} : this.dataOf(stored, origin)) };
    const text = firstText(this.log.epoch(), position, [present], last);
    return this.listeners.add({ owner, after: last, firstText: text, until });
  }

  /** After the storage was deleted. */
  forget(): void {
    this.log.forget();
    this.broadcast.forget();
    this.current = null;
    this.origin = null;
  }

  private store(stored: Stored): void {
    this.log.keep("job", stored);
    this.current = stored;
  }

  private advanced({ progress, kind, jobId, claimNo }: ReportedProgress): Origin | null {
    const next = advance(this.lastOrigin(), { jobId, claimNo }, progress);
    return next === null ? null : { ...next, kind };
  }

  private lastOrigin(): Origin | null {
    if (this.origin === undefined) this.origin = this.stored() === null ? null : this.log.lastOrigin<Origin>();
    return this.origin;
  }

  /** The last report, unless the database has the end of its claim: then the job waits for the next one. */
  private originNewerThan({ job }: KnownState): Origin | null {
    const origin = this.lastOrigin();
    if (origin === null) return null;
    const { jobId, claimNo, state } = presentJob(job);
    const isOfPresent = origin.claim.jobId === jobId && origin.claim.claimNo === claimNo;
    return isAfter(origin.claim, { jobId, claimNo }) || (isOfPresent && state === "RUNNING") ? origin : null;
  }

  private dataOf({ job }: Stored, { claim, kind, progress }: Origin): EventData {
    return progressData(job, { ...claim, kind }, progress);
  }
}
