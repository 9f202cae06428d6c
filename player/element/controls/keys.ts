import type { MediaHost } from "./media-host.ts";

const STEP_SECONDS = 5;

/** Space and Enter belong to the button that has the focus, arrows to the sliders. */
export function listenToKeys(host: MediaHost, event: KeyboardEvent, fullscreen: () => void): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const { video } = host;
  const inside = event.composedPath()[0] as HTMLElement;
  const isOnHost = inside === host;
  const seek = (by: number) => {
    video.currentTime = Math.min(Math.max(0, video.currentTime + by), video.duration || 0);
  };
  const toggle = () => (video.paused ? video.play().catch(() => {}) : video.pause());
  const actions: Readonly<Record<string, (() => void) | undefined>> = {
    ...{ k: toggle, j: () => seek(-STEP_SECONDS), l: () => seek(STEP_SECONDS), f: fullscreen },
    m: () => {
      video.muted = !video.muted;
    },
    ...(isOnHost ? { " ": toggle, ArrowLeft: () => seek(-STEP_SECONDS), ArrowRight: () => seek(STEP_SECONDS) } : {}),
  };
  const act = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (act === undefined) return;
  event.preventDefault();
  act();
}
