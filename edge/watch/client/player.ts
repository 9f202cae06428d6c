import Hls from "hls.js";
import { attach } from "../../../player/playback/attach.ts";
import { observedLoader, type RequestReport } from "./observed-loader.ts";
import type { Start } from "./playback-grant.ts";

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
 * Plays with hls.js if the browser has Media Source Extensions, otherwise with the browser's HLS, which chooses the
 * quality itself and does not report its requests; null with neither.
 */
export function startPlayer(
  video: HTMLVideoElement,
  grant: Start,
  { positionSeconds, playing, quality }: StartOptions,
  { onRequest, onPlaying, onStopped }: PlayerListener,
): Player | null {
  if (!Hls.isSupported() && video.canPlayType("application/vnd.apple.mpegurl") === "") return null;
  const player = attach(video, {
    ...{ Hls, grant, quality },
    hlsConfig: {
      loader: observedLoader(onRequest),
      workerPath: WORKER_PATH,
      startPosition: positionSeconds,
      // A short buffer: a choice or a refusal shows at once, and little is fetched in vain.
      maxBufferLength: 18,
      maxMaxBufferLength: 30,
      backBufferLength: 30,
    },
  });
  player.addEventListener("qualitychange", ({ detail }) => onPlaying(detail.quality));
  player.addEventListener("error", ({ detail }) => detail.fatal && onStopped(wordsOf(detail.message)));
  if (playing && player.hls !== null) player.hls.once(Hls.Events.MANIFEST_PARSED, () => play(video));
  else if (playing) play(video);
  return {
    kind: player.hls === null ? "native" : "hls.js",
    choose: (chosen) => player.select(chosen),
    token: () => player.token() ?? grant.token,
    destroy: () => player.destroy(),
  };
}

function play(video: HTMLVideoElement): void {
  // A browser may refuse to play before the viewer has touched the page; the controls are there.
  video.play().catch(() => {});
}

/** hls.js names its errors in camel case. */
function wordsOf(details: string): string {
  return details.includes(" ") ? details : details.replace(/([A-Z])/g, " $1").toLowerCase();
}
