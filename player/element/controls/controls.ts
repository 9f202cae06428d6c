import { clock } from "./clock.ts";
import { element } from "./element.ts";
import { type IconName, icon } from "./icons.ts";
import { listenToKeys } from "./keys.ts";
import type { Listen, MediaHost } from "./media-host.ts";
import { menuButton, REFRESH } from "./menu.ts";
import { chapterAt } from "./part-cues.ts";
import { seekBar } from "./seek-bar.ts";
import { addStyles, CONTROLS_CSS } from "./styles.ts";

/** Milliseconds without a movement after which the controls of a playing video disappear. */
const HIDE_AFTER_MS = 2500;

/** Shows the controls over the video; returns what removes them. */
export function showControls(host: MediaHost, root: ShadowRoot): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  const on = (target: EventTarget, names: string, listener: (event: Event) => void) => {
    for (const name of names.split(" ")) target.addEventListener(name, listener, { signal });
  };
  const removeStyles = addStyles(root, CONTROLS_CSS);
  const play = button("Play", () => (host.video.paused ? host.video.play().catch(() => {}) : host.video.pause()));
  const mute = button("Mute", () => {
    host.video.muted = !host.video.muted;
  });
  const volume = element("input", { type: "range", max: "1", step: "0.05", ariaLabel: "Volume", className: "volume" });
  const time = element("span", { className: "time" });
  const chapter = element("span", { className: "chapter" });
  const full = button("Full screen", () => void toggleFullscreen(host));
  const quality = menuButton("Quality", () => [
    { label: "Automatic", checked: host.player?.selected === null, choose: () => host.select(null) },
    ...host.qualities.map(({ name, locked }) => ({
      label: name,
      locked,
      checked: host.player?.selected === name,
      choose: () => host.select(name),
    })),
  ]);
  const captions = menuButton("Captions, CC", () => captionItems(host.video));
  captions.firstElementChild!.textContent = "CC";
  const seek = seekBar(host, on);
  const spinner = element("div", { className: "spinner" });
  const bar = element("div", { className: "bar", role: "group", ariaLabel: "Player controls" });
  bar.append(seek, play, mute, volume, time, chapter, captions, quality, full);
  root.append(spinner, bar);

  const show = () => {
    const { video } = host;
    label(play, video.paused ? "Play" : "Pause", video.paused ? "play" : "pause");
    label(mute, video.muted ? "Unmute" : "Mute", video.muted ? "muted" : "sound");
    label(full, "Full screen", "full");
    volume.value = String(video.muted ? 0 : video.volume);
    time.textContent = `${clock(video.currentTime)} / ${clock(video.duration)}`;
    chapter.textContent = chapterAt(video, video.currentTime);
    captions.hidden = captionTracks(video).length === 0;
    quality.firstElementChild!.textContent =
      host.player?.selected ?? (host.quality === null ? "Auto" : `Auto · ${host.quality}`);
    quality.firstElementChild!.ariaLabel = `Quality: ${quality.firstElementChild!.textContent}`;
    host.toggleAttribute("data-waiting", video.readyState < 3 && !video.paused);
  };
  on(host, "play pause playing waiting canplay seeked timeupdate durationchange volumechange ended emptied", show);
  on(host, "qualitychange qualitieschange", show);
  on(host, "qualitieschange", () => quality.dispatchEvent(new Event(REFRESH)));
  on(host.video.textTracks, "addtrack removetrack change", show);
  on(volume, "input", () => {
    host.video.volume = Number(volume.value);
    host.video.muted = volume.value === "0";
  });
  on(host.video, "click", () => play.click());
  on(host, "keydown", (event) => listenToKeys(host, event as KeyboardEvent, () => void toggleFullscreen(host)));
  hideWhenIdle(host, bar, on);
  // The keys need something that has the focus.
  if (!host.hasAttribute("tabindex")) host.tabIndex = 0;
  show();
  return () => {
    stop.abort();
    removeStyles();
    for (const one of [spinner, bar]) one.remove();
  };
}

function hideWhenIdle(host: MediaHost, bar: HTMLElement, on: Listen): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wake = () => {
    host.removeAttribute("data-idle");
    clearTimeout(timer);
    timer = setTimeout(() => {
      const isUsed = host.video.paused || bar.matches(":focus-within, :has(.menu:not([hidden]))");
      host.toggleAttribute("data-idle", !isUsed);
    }, HIDE_AFTER_MS);
  };
  on(host, "pointermove pointerdown keydown play pause focusin", wake);
}

function captionTracks({ textTracks }: HTMLVideoElement): TextTrack[] {
  return [...textTracks].filter(({ kind }) => kind === "subtitles" || kind === "captions");
}

function captionItems(video: HTMLVideoElement) {
  const tracks = captionTracks(video);
  const show = (wanted: TextTrack | null) => () => {
    for (const track of tracks) track.mode = track === wanted ? "showing" : "disabled";
  };
  const isShown = (track: TextTrack) => track.mode === "showing";
  return [
    { label: "Off", checked: !tracks.some(isShown), choose: show(null) },
    ...tracks.map((track) => ({
      label: track.label || track.language || "Captions",
      checked: isShown(track),
      choose: show(track),
    })),
  ];
}

function button(name: string, act: () => unknown): HTMLButtonElement {
  const one = element("button", { type: "button", ariaLabel: name, title: name });
  one.addEventListener("click", act);
  return one;
}

function label(one: HTMLElement, name: string, sign: IconName): void {
  if (one.ariaLabel === name && one.firstElementChild !== null) return;
  Object.assign(one, { ariaLabel: name, title: name });
  one.replaceChildren(icon(sign));
}

async function toggleFullscreen(host: HTMLElement): Promise<void> {
  await (document.fullscreenElement === null ? host.requestFullscreen() : document.exitFullscreen()).catch(() => {});
}
