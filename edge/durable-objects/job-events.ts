import { DurableObject } from "cloudflare:workers";
import type { JobProgress } from "../../shared/domain/job/transcode-job.ts";
import type { AttachToJob } from "../encoder/events/attach-messages.ts";
import { attachResponse } from "../encoder/events/attach-response.ts";
import type { ForwardedProgress } from "../encoder/events/caller-stream.ts";
import type { ReportingClaim } from "../encoder/events/claim-order.ts";
import type { KnownState } from "../encoder/events/job-state.ts";
import { JobStream, type ReportedProgress } from "../encoder/events/job-stream.ts";
import { logError } from "../log/log.ts";
import type { ShownProgress } from "../post-events/stream/post-event-text.ts";
import { PostWatch, type WatchedPost } from "../post-events/stream/post-watch.ts";
import type { CallerEvents } from "./caller-events.ts";
import type { PostEvents } from "./post-events.ts";

type Bindings = {
  readonly CALLER_EVENTS: DurableObjectNamespace<CallerEvents>;
  readonly POST_EVENTS: DurableObjectNamespace<PostEvents>;
};

/** Claims in memory: both jobs of a part, and a rotation. */
const MOST_REPORTS = 4;

/** Between looks at whether anybody still needs what is stored. */
const KEPT_MS = 24 * 3_600_000;

/**
 * Live progress of one version of a part, named by its file id: every job of the version reports here. It also has the
 * stream of the version's encoder job, and stores nothing until somebody listens to it.
 */
export class JobEvents extends DurableObject<Bindings> {
  private readonly reports = new Map<string, ReportedProgress>();
  private readonly stream = new JobStream(this.ctx.storage, Date.now);
  private forwarding: Promise<void> | null = null;
  private toForward: ForwardedProgress[] = [];
  private readonly post = new PostWatch(this.ctx.storage, Date.now);
  private showing: Promise<void> | null = null;
  /** The newest report of each job. */
  private readonly toShow = new Map<string, ShownProgress>();

  /** False where a later claim has reported: a processor that lost its lease does not replace its successor's progress. */
  report(report: ReportedProgress): boolean {
    const latest = this.reports.get(report.jobId);
    if (latest !== undefined && latest.claimNo > report.claimNo) return false;
    this.reports.delete(report.jobId);
    this.reports.set(report.jobId, report);
    if (this.reports.size > MOST_REPORTS) this.reports.delete([...this.reports.keys()][0]!);
    if (this.post.watched() !== null) this.show(report);
    const { jobId, claimNo } = report;
    const claim = { jobId, claimNo };
    const data = this.stream.report(report);
    if (data !== null && this.stream.stored()?.isFollowed === true) this.forward({ claim, data });
    return true;
  }

  /**
   * What this claim has reported. Null where it has reported nothing, or nothing since this object was last evicted; the
   * database then has the last heartbeat's.
   */
  latest({ jobId, claimNo }: ReportingClaim): JobProgress | null {
    const latest = this.reports.get(jobId);
    return latest?.claimNo === claimNo ? latest.progress : null;
  }

  /** A state that the database has. Repeated and late ones change nothing, and nothing is stored for nobody. */
  settle(state: KnownState): void {
    this.stream.apply(state);
  }

  /** The stream of all jobs of the caller receives the progress from now on. */
  async follow(state: KnownState): Promise<void> {
    this.stream.open(state, this.reports.values());
    if (this.stream.stored() === null) return;
    this.stream.follow(true);
    await this.keepAwhile();
  }

  /** The listeners of the post receive the progress until then. */
  async watch(watched: WatchedPost): Promise<void> {
    this.post.watch(watched);
    await this.wakeLater();
  }

  /** A client of the stream. */
  override async fetch(request: Request): Promise<Response> {
    const asked = (await request.json()) as AttachToJob;
    const answer = await this.stream.attach(asked, this.reports.values());
    if (this.stream.stored() !== null) await this.keepAwhile();
    return attachResponse(answer);
  }

  /** Deletes what is stored once nobody has used it for a day: the next client gets the present state as its first event. */
  override async alarm(): Promise<void> {
    if (this.stream.listeners.count() > 0 || Date.now() - this.stream.touchedAt() < KEPT_MS) {
      await this.ctx.storage.setAlarm(Date.now() + KEPT_MS);
      return;
    }
    await this.ctx.storage.deleteAll();
    this.stream.forget();
    this.post.end();
  }

  private async keepAwhile(): Promise<void> {
    this.stream.touch(Date.now());
    await this.wakeLater();
  }

  private async wakeLater(): Promise<void> {
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(Date.now() + KEPT_MS);
  }

  /** One call at a time; the newest report of each job is sent. */
  private show(report: ReportedProgress): void {
    this.toShow.set(report.jobId, report);
    this.showing ??= this.showAll().finally(() => {
      this.showing = null;
    });
  }

  private async showAll(): Promise<void> {
    while (this.toShow.size > 0) {
      const videoPostId = this.post.watched();
      const reports = [...this.toShow.values()];
      this.toShow.clear();
      if (videoPostId === null) return;
      try {
        const isHeard = await this.env.POST_EVENTS.getByName(videoPostId).progress(reports);
        if (!isHeard) this.post.end();
      } catch (error) {
        // The next report says more than the one that is lost.
        logError("post-events", error);
      }
    }
  }

  /** One call at a time, so that they arrive in order; what comes meanwhile goes with the next. */
  private forward(progress: ForwardedProgress): void {
    this.toForward.push(progress);
    this.forwarding ??= this.forwardAll().finally(() => {
      this.forwarding = null;
    });
  }

  private async forwardAll(): Promise<void> {
    while (this.toForward.length > 0) {
      const stored = this.stream.stored();
      if (stored === null) return;
      const reports = this.toForward.splice(0);
      try {
        const caller = this.env.CALLER_EVENTS.getByName(stored.job.callerId);
        const isWanted = await caller.progress(stored.job.jobId, reports);
        if (!isWanted) this.stream.follow(false);
      } catch (error) {
        // The next report says more than the one that is lost.
        logError("events", error);
      }
    }
  }
}
