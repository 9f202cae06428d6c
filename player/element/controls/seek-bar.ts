import { clock } from "./clock.ts";
import { element } from "./element.ts";
import type { Listen, MediaHost } from "./media-host.ts";
import { chapterAt, cueAt } from "./part-cues.ts";

/** A slider over the whole width, with a picture of the storyboard and the chapter where the pointer is. */
export function seekBar(host: MediaHost, on: Listen): HTMLElement {
  const { video } = host;
  const box = element("div", { className: "seek" });
  const slider = element("input", { type: "range", min: "0", step: "any", ariaLabel: "Position" });
  const preview = element("div", { className: "preview", hidden: true });
  const picture = element("div", { className: "picture" });
  const words = element("span", {});
  preview.append(picture, words);
  box.append(slider, preview);
  let isDragged = false;

  const show = () => {
    slider.max = String(video.duration || 0);
    if (!isDragged) slider.value = String(video.currentTime);
    const now = chapterAt(video, video.currentTime);
    slider.ariaValueText = `${clock(video.currentTime)} of ${clock(video.duration)}${now === null ? "" : `, ${now}`}`;
    box.style.setProperty("--played", `${(Number(slider.value) / (video.duration || 1)) * 100}%`);
  };
  on(host, "timeupdate durationchange seeking emptied", show);
  on(slider, "input", () => {
    isDragged = true;
    show();
  });
  on(slider, "change", () => {
    isDragged = false;
    video.currentTime = Number(slider.value);
  });
  on(box, "pointermove", (event) => {
    const { left, width } = box.getBoundingClientRect();
    const part = Math.min(Math.max(0, ((event as PointerEvent).clientX - left) / width), 1);
    const at = part * (video.duration || 0);
    preview.hidden = video.duration === 0 || Number.isNaN(video.duration);
    preview.style.left = `${part * 100}%`;
    const chapter = chapterAt(video, at);
    words.textContent = chapter === null ? clock(at) : `${chapter} · ${clock(at)}`;
    showTile(picture, cueAt(video, "metadata", at)?.text, host.player?.url("storyboard.vtt") ?? null);
  });
  on(box, "pointerleave", () => {
    preview.hidden = true;
  });
  return box;
}

/** `text` is "sprite.jpg#xywh=0,90,160,90", relative to the storyboard. */
function showTile(picture: HTMLElement, text: string | undefined, storyboard: string | null): void {
  const [, path, ...box] = /^(\S+)#xywh=(?:pixel:)?(\d+),(\d+),(\d+),(\d+)/.exec(text ?? "") ?? [];
  picture.hidden = path === undefined || storyboard === null;
  if (path === undefined || storyboard === null) return;
  const url = new URL(path, storyboard).href;
  const [x, y, width, height] = box;
  Object.assign(picture.style, {
    backgroundImage: `url("${url.replaceAll('"', "%22")}")`,
    backgroundPosition: `-${x}px -${y}px`,
    width: `${width}px`,
    height: `${height}px`,
  });
}
