import Hls, { type ErrorData } from "hls.js";
import { observedLoader, type RequestReport } from "./observed-loader.ts";
import type { Start } from "./playback-grant.ts";
import { qualitySwitch } from "./quality-switch.ts";
import { requestTarget } from "./request-target.ts";
import { keepSession } from "./session-refresh.ts";

export type PlayerListener = {
  readonly onRequest: (report: RequestReport) => void;
  /** The quality on the screen. */
  readonly onPlaying: (quality: string) => void;
  /** Playback cannot continue. */
  readonly onStopped: (details: string) => void;
};

export type StartOptions = {
  readonly positionSeconds: number;
  readonly playing: boolean;
  /** Null for automatic. */
  readonly quality: string | null;
};

/** A playback of one grant. */
export interface Player {
  readonly kind: "hls.js" | "native";
  /** Null for automatic. */
  choose(quality: string | null): void;
  /** The newest token of the play session; the issued one until the playlists are read. Null for clear renditions. */
  token(): string | null;
  /** Also ends the play session, if it is known. */
  destroy(): void;
}

const WORKER_PATH = "/watch-assets/hls.worker.js";

/**
 * Plays with hls.js if the browser has Media Source Extensions, otherwise with the browser's HLS; null with neither.
 */
export function startPlayer(
  video: HTMLVideoElement,
  grant: Start,
  options: StartOptions,
  listener: PlayerListener,
): Player | null {
  if (Hls.isSupported()) return startHls(video, grant, options, listener);
  if (video.canPlayType("application/vnd.apple.mpegurl") !== "") return startNative(video, grant, options, listener);
  return null;
}

function startHls(
  video: HTMLVideoElement,
  grant: Start,
  options: StartOptions,
  { onRequest, onPlaying, onStopped }: PlayerListener,
): Player {
  const hls = new Hls({
    loader: observedLoader(onRequest),
    workerPath: WORKER_PATH,
    startPosition: options.positionSeconds,
    // A short buffer: a choice or a refusal shows at once, and little is fetched in vain.
    maxBufferLength: 18,
    maxMaxBufferLength: 30,
    backBufferLength: 30,
  });
  // Clear renditions have no session that could be extended.
  const session = grant.token === null ? null : keepSession(hls);
  const switchTo = qualitySwitch(hls);
  const levelOf = (quality: string) => hls.levels.findIndex((level) => qualityOf(level.uri) === quality);
  let wanted = options.quality;
  let mediaErrors = 0;

  hls.on(Hls.Events.MANIFEST_PARSED, () => {
    if (wanted !== null) hls.loadLevel = levelOf(wanted);
    if (options.playing) play(video);
  });
  hls.on(Hls.Events.LEVEL_SWITCHED, (_event, { level }) => {
    onPlaying(qualityOf(hls.levels[level]?.uri ?? ""));
    // A paused picture is decoded again only after a seek.
    if (video.paused) seekToWhereItIs(video);
  });
  hls.on(Hls.Events.ERROR, (_event, error) => {
    if (!error.fatal) return;
    if (error.type === Hls.ErrorTypes.MEDIA_ERROR && mediaErrors++ === 0) hls.recoverMediaError();
    else onStopped(wordsOf(error));
  });
  hls.loadSource(absolute(grant.masterUrl));
  hls.attachMedia(video);

  return {
    kind: "hls.js",
    choose: (quality) => {
      wanted = quality;
      if (hls.levels.length === 0) return;
      // Automatic keeps the buffer; a choice is shown at once, so the buffer is dropped.
      if (quality === null) hls.loadLevel = -1;
      else switchTo(levelOf(quality));
    },
    token: () => session?.token() ?? grant.token,
    destroy: () => hls.destroy(),
  };
}

/** The browser's player chooses the quality itself and does not report its requests. */
function startNative(
  video: HTMLVideoElement,
  grant: Start,
  options: StartOptions,
  { onStopped }: PlayerListener,
): Player {
  const stop = new AbortController();
  const listen = { signal: stop.signal };
  const begin = () => {
    video.currentTime = options.positionSeconds;
    if (options.playing) play(video);
  };
  video.addEventListener("loadedmetadata", begin, { ...listen, once: true });
  video.addEventListener("error", () => onStopped("the browser could not play this"), listen);
  video.src = grant.masterUrl;
  return {
    kind: "native",
    choose: () => {},
    token: () => grant.token,
    destroy: () => {
      stop.abort();
      video.removeAttribute("src");
      video.load();
    },
  };
}

function seekToWhereItIs(video: HTMLVideoElement): void {
  const position = video.currentTime;
  video.currentTime = position;
}

function play(video: HTMLVideoElement): void {
  // A browser may refuse to play before the viewer has touched the page; the controls are there.
  video.play().catch(() => {});
}

function qualityOf(uri: string): string {
  if (uri === "") return "";
  const target = requestTarget(uri);
  return target.kind === "playlist" ? target.quality : "";
}

function absolute(path: string): string {
  return new URL(path, location.href).href;
}

function wordsOf(error: ErrorData): string {
  return error.details.replace(/([A-Z])/g, " $1").toLowerCase();
}
