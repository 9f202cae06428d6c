export type KeyboardActions = {
  readonly choose: (quality: string | null) => void;
  readonly changeViewer: () => void;
};

const STEP_SECONDS = 5;

/** Letters and digits only: space, arrows and Enter belong to the control with the focus. */
export function listenToKeyboard(
  video: HTMLVideoElement,
  qualities: readonly string[],
  { choose, changeViewer }: KeyboardActions,
): void {
  const actions: Record<string, () => void> = {
    k: () => void (video.paused ? video.play().catch(() => {}) : video.pause()),
    j: () => seek(video, -STEP_SECONDS),
    l: () => seek(video, STEP_SECONDS),
    m: () => {
      video.muted = !video.muted;
    },
    f: () => void toggleFullscreen(video),
    a: () => choose(null),
    v: changeViewer,
  };
  qualities.forEach((quality, index) => {
    actions[String(index + 1)] = () => choose(quality);
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const action = actions[event.key.toLowerCase()];
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
}

function seek(video: HTMLVideoElement, seconds: number): void {
  const end = Number.isFinite(video.duration) ? video.duration : 0;
  video.currentTime = Math.min(Math.max(0, video.currentTime + seconds), end);
}

function toggleFullscreen(video: HTMLVideoElement): Promise<void> {
  const change = document.fullscreenElement === null ? video.requestFullscreen() : document.exitFullscreen();
  return change.catch(() => {});
}
