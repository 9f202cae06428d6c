import type { ActivityLog } from "./activity-log.ts";
import { attemptLocked } from "./locked-attempt.ts";
import type { RequestReport } from "./observed-loader.ts";
import { type Grant, type Part, requestGrant, type ViewerKind } from "./playback-grant.ts";
import { type Player, startPlayer } from "./player.ts";
import type { Rungs } from "./rungs.ts";

export type WatchSessionParts = {
  readonly part: Part;
  readonly video: HTMLVideoElement;
  readonly rungs: Rungs;
  readonly log: ActivityLog;
  readonly message: HTMLElement;
  readonly playing: HTMLElement;
  readonly segments: HTMLElement;
  readonly now: () => number;
};

export interface WatchSession {
  /** Plays on as this viewer, from where the video is. */
  watchAs(viewer: ViewerKind): Promise<void>;
  /** Null for automatic. */
  choose(quality: string | null): void;
  /** Asks for a locked quality anyway, to see it refused. */
  attempt(quality: string): Promise<void>;
}

const VIEWER_NAMES: Record<ViewerKind, string> = { anonymous: "anonymous viewer", subscriber: "subscriber" };

/** A token that ended is replaced; one that is refused again within this time is not a matter of time. */
const RENEW_AT_MOST_EVERY_MS = 15_000;

type Current = {
  viewer: ViewerKind;
  grant: Grant | null;
  player: Player | null;
  /** Ends what belongs to the viewer before. */
  stop: AbortController;
  renewedAt: number;
  segments: number;
  lastRefusal: string | null;
};

/** What happens between the viewer's choices and the player. */
export function createWatchSession(parts: WatchSessionParts): WatchSession {
  const { part, video, rungs, log } = parts;
  /** Survives a change of viewer, so that one can try what the other was given. */
  const keyIds = new Map<string, string>();
  const current: Current = {
    viewer: "anonymous",
    grant: null,
    player: null,
    stop: new AbortController(),
    renewedAt: Number.NEGATIVE_INFINITY,
    segments: 0,
    lastRefusal: null,
  };

  const say = (words: string | null) => {
    parts.message.textContent = words ?? "";
    parts.message.hidden = words === null;
  };

  async function watchAs(viewer: ViewerKind): Promise<void> {
    const resume = { positionSeconds: video.currentTime, playing: !video.paused && !video.ended };
    current.stop.abort();
    current.player?.destroy();
    const stop = new AbortController();
    Object.assign(current, { viewer, stop, grant: null, player: null, lastRefusal: null });
    rungs.allow(null);
    showPlaying(null);
    say(null);
    const outcome = await requestGrant(viewer, part, stop.signal).catch(() => null);
    if (outcome === null || stop.signal.aborted) return;
    if (outcome.kind === "refused") {
      const { status, title } = outcome.refusal;
      log.add({ kind: "token", quality: null, status, meaning: `${VIEWER_NAMES[viewer]}: ${title}` });
      say(`There is nothing to play for the ${VIEWER_NAMES[viewer]}: ${title}.`);
      return;
    }
    begin(outcome.grant, resume, stop.signal);
  }

  function begin(grant: Grant, resume: { positionSeconds: number; playing: boolean }, signal: AbortSignal): void {
    const { viewer } = current;
    log.add({ kind: "token", quality: null, status: 200, meaning: `${VIEWER_NAMES[viewer]}: ${grant.qualities.join(", ")}` });
    rungs.allow(grant.qualities);
    const unlessStopped =
      <A extends unknown[]>(listener: (...args: A) => void) =>
      (...args: A) => {
        if (!signal.aborted) listener(...args);
      };
    const player = startPlayer(video, grant, { ...resume, quality: rungs.chosen() }, {
      onRequest: unlessStopped(onRequest),
      onPlaying: unlessStopped(showPlaying),
      onEnded: unlessStopped(onEnded),
    });
    Object.assign(current, { grant, player });
    if (player === null) return say("This browser can play neither Media Source Extensions nor HLS.");
    rungs.selectable(player.kind === "hls.js");
    if (player.kind === "native") {
      const meaning = "This browser plays HLS itself: it chooses the quality, and its requests cannot be seen from here.";
      log.add({ kind: "note", quality: null, status: null, meaning });
    }
  }

  function onRequest({ target, status, refusal }: RequestReport): void {
    if (refusal !== null) current.lastRefusal = refusal.title;
    if (target.kind === "segment" && refusal === null) {
      current.segments += 1;
      parts.segments.textContent = String(current.segments);
      return;
    }
    if (target.kind === "key") {
      const { quality, keyId } = target;
      keyIds.set(quality, keyId);
      log.add({ kind: "key", quality, keyId, status, meaning: refusal?.title ?? "key given" });
      return;
    }
    const quality = target.kind === "playlist" ? target.quality : null;
    const given = target.kind === "master" ? "names only what this viewer may see" : "playlist given";
    log.add({ kind: "playlist", quality: quality ?? "master", status, meaning: refusal?.title ?? given });
  }

  function showPlaying(quality: string | null): void {
    rungs.playing(quality);
    const size = video.videoHeight > 0 && quality !== null ? ` (${video.videoWidth} × ${video.videoHeight})` : "";
    parts.playing.textContent = quality === null ? "–" : `${quality}${size}`;
  }
  // The size is known only when the first frame of the new quality is there.
  video.addEventListener("resize", () => {
    const quality = rungs.qualities.find((candidate) => parts.playing.textContent?.startsWith(candidate));
    if (quality !== undefined) showPlaying(quality);
  });

  function onEnded(status: number, details: string): void {
    const now = parts.now();
    // 401: the session has ended. 410: the video was made anew meanwhile. Both are cured by a new token.
    if ((status === 401 || status === 410) && now - current.renewedAt > RENEW_AT_MOST_EVERY_MS) {
      current.renewedAt = now;
      log.add({ kind: "note", quality: null, status: null, meaning: "The token has ended: asking for a new one." });
      void watchAs(current.viewer);
      return;
    }
    say(`Playback stopped: ${current.lastRefusal ?? details}.`);
  }

  async function attempt(quality: string): Promise<void> {
    const { grant, player } = current;
    if (grant === null || player === null) return;
    const reports = await attemptLocked({
      part,
      quality,
      allowedQuality: grant.qualities[0] ?? null,
      keyId: keyIds.get(quality) ?? null,
      token: player.token(),
    });
    for (const { refusal, ...request } of reports) {
      const meaning = refusal?.title ?? "given: this should not have happened";
      log.add({ ...request, quality, meaning, attempt: true });
    }
    const words = reports.every((report) => report.refusal !== null) ? "Refused" : "Given";
    rungs.refused(quality, words);
  }

  return {
    watchAs,
    choose: (quality) => current.player?.choose(quality),
    attempt,
  };
}
