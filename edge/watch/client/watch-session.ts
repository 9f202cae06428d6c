import { needsNewToken, type Refusal } from "../../../player/session/problem.ts";
import type { ActivityLog } from "./activity-log.ts";
import { attemptLocked } from "./locked-attempt.ts";
import type { RequestReport } from "./observed-loader.ts";
import { type GrantOutcome, type Part, requestGrant, type Start, type ViewerKind } from "./playback-grant.ts";
import { type Player, type PlayerListener, startPlayer } from "./player.ts";
import type { Rungs } from "./rungs.ts";

export type WatchSessionParts = {
  readonly part: Part;
  /** Where clear renditions play without a token; null for encrypted content. */
  readonly clearUrl: string | null;
  readonly video: HTMLVideoElement;
  readonly rungs: Rungs;
  readonly log: ActivityLog;
  /** Shows errors to people. */
  readonly message: HTMLElement;
  readonly playing: HTMLElement;
  readonly segments: HTMLElement;
  readonly now: () => number;
};

const VIEWER_NAMES: Record<ViewerKind, string> = { anonymous: "anonymous viewer", subscriber: "subscriber" };

/** An expired token is replaced; one that is refused again within this time has another cause than time. */
const RENEW_AT_MOST_EVERY_MS = 15_000;

/** Connects the viewer's choices with the player. */
export class WatchSession {
  readonly #parts: WatchSessionParts;
  /** Kept when the viewer changes, to try what the other one was served. */
  readonly #keyIds = new Map<string, string>();
  #viewer: ViewerKind = "anonymous";
  #grant: Start | null = null;
  #player: Player | null = null;
  /** Cancels work for the previous viewer. */
  #stop = new AbortController();
  #quality: string | null = null;
  #segments = 0;
  #lastRefusal: string | null = null;
  #renewedAt = Number.NEGATIVE_INFINITY;

  constructor(parts: WatchSessionParts) {
    this.#parts = parts;
    // The size of the picture is known only with the first frame of a quality.
    parts.video.addEventListener("resize", () => this.#showPlaying(this.#quality));
  }

  /** Continues as this viewer at the position of the video. */
  async watchAs(viewer: ViewerKind): Promise<void> {
    const { video, rungs, part, clearUrl } = this.#parts;
    const resume = { positionSeconds: video.currentTime, playing: !video.paused && !video.ended };
    this.#end();
    this.#viewer = viewer;
    const { signal } = this.#stop;
    rungs.allow(null);
    this.#showPlaying(null);
    this.#say(null);
    if (clearUrl !== null) {
      this.#note("No encryption: these requests need no token and no key.");
      this.#begin({ masterUrl: clearUrl, qualities: rungs.qualities, token: null }, resume, signal);
      return;
    }
    const onWait = ({ title }: Refusal) => this.#say(`${title}: trying again in a moment.`);
    const outcome: GrantOutcome | null = await requestGrant(viewer, part, signal, onWait).catch(() => null);
    if (outcome === null || signal.aborted) return;
    this.#say(null);
    if (outcome.kind === "granted") {
      const meaning = `${VIEWER_NAMES[viewer]}: ${outcome.grant.qualities.join(", ")}`;
      this.#parts.log.add({ kind: "token", quality: null, status: 200, meaning });
      this.#begin(outcome.grant, resume, signal);
    } else this.#nothingToPlay(outcome.refusal);
  }

  /** Null for automatic. Without a player the ladder keeps the choice. */
  choose(quality: string | null): void {
    this.#player?.choose(quality);
  }

  /** Requests a locked quality by hand, to show its refusal. */
  async attempt(quality: string): Promise<void> {
    const token = this.#player?.token() ?? null;
    if (this.#grant === null || token === null) return;
    const { log, rungs, part } = this.#parts;
    const reports = await attemptLocked({
      part,
      quality,
      allowedQuality: this.#grant.qualities[0] ?? null,
      keyId: this.#keyIds.get(quality) ?? null,
      token,
    });
    for (const { refusal, ...request } of reports) {
      const meaning = refusal?.title ?? "served: this should not have happened";
      log.add({ ...request, quality, meaning, attempt: true });
    }
    rungs.refused(quality, reports.every((report) => report.refusal !== null) ? "Refused" : "Given");
  }

  #end(): void {
    this.#stop.abort();
    this.#player?.destroy();
    this.#stop = new AbortController();
    this.#grant = null;
    this.#player = null;
    this.#lastRefusal = null;
  }

  #begin(grant: Start, resume: { positionSeconds: number; playing: boolean }, signal: AbortSignal): void {
    const { rungs, video } = this.#parts;
    rungs.allow(grant.qualities);
    this.#grant = grant;
    this.#player = startPlayer(video, grant, { ...resume, quality: rungs.chosen() }, this.#listener(signal));
    rungs.selectable(this.#player?.kind === "hls.js");
    if (this.#player === null) this.#say("This browser can play neither Media Source Extensions nor HLS.");
    else if (this.#player.kind === "native")
      this.#note("This browser plays HLS natively: its requests cannot be shown.");
  }

  #listener(signal: AbortSignal): PlayerListener {
    const unlessEnded =
      <A extends unknown[]>(listener: (...args: A) => void) =>
      (...args: A) => {
        if (!signal.aborted) listener(...args);
      };
    return {
      onRequest: unlessEnded((report) => {
        this.#onRequest(report);
        // The player that made the request must receive its response before it is replaced.
        if (report.refusal !== null && needsNewToken(report.refusal)) queueMicrotask(unlessEnded(() => this.#renew()));
      }),
      onPlaying: unlessEnded((quality) => this.#showPlaying(quality)),
      onStopped: unlessEnded((details) => this.#say(`Playback stopped: ${this.#lastRefusal ?? details}.`)),
    };
  }

  #nothingToPlay({ status, title }: { status: number; title: string }): void {
    const viewer = VIEWER_NAMES[this.#viewer];
    this.#parts.log.add({ kind: "token", quality: null, status, meaning: `${viewer}: ${title}` });
    this.#say(`Nothing to play for the ${viewer}: ${title}.`);
  }

  #onRequest({ target, status, refusal }: RequestReport): void {
    const { log, segments } = this.#parts;
    if (refusal !== null) this.#lastRefusal = refusal.title;
    const meaning = (given: string) => refusal?.title ?? given;
    switch (target.kind) {
      case "key":
        this.#keyIds.set(target.quality, target.keyId);
        log.add({ ...target, status, meaning: meaning("key served") });
        return;
      case "master":
        log.add({
          kind: "playlist",
          quality: "master",
          status,
          meaning: meaning("lists only the allowed qualities"),
        });
        return;
      case "playlist":
        log.add({ kind: "playlist", quality: target.quality, status, meaning: meaning("playlist served") });
        return;
      case "segment":
        if (refusal !== null) log.add({ kind: "segment", quality: null, status, meaning: refusal.title });
        else segments.textContent = String(++this.#segments);
        return;
      default:
        target satisfies never;
    }
  }

  /** Continues the same viewer with a new token, which may allow nothing any more. */
  #renew(): void {
    const now = this.#parts.now();
    if (now - this.#renewedAt <= RENEW_AT_MOST_EVERY_MS) return;
    this.#renewedAt = now;
    this.#note("The token has expired: requesting a new one.");
    void this.watchAs(this.#viewer);
  }

  #showPlaying(quality: string | null): void {
    const { rungs, playing, video } = this.#parts;
    this.#quality = quality;
    rungs.playing(quality);
    const size = video.videoHeight > 0 ? ` (${video.videoWidth} × ${video.videoHeight})` : "";
    playing.textContent = quality === null ? "–" : `${quality}${size}`;
  }

  #note(meaning: string): void {
    this.#parts.log.add({ kind: "note", quality: null, status: null, meaning });
  }

  #say(words: string | null): void {
    this.#parts.message.textContent = words ?? "";
    this.#parts.message.hidden = words === null;
  }
}
