import { createActivityLog } from "./activity-log.ts";
import { listenToKeyboard } from "./keyboard.ts";
import type { ViewerKind } from "./playback-grant.ts";
import { showReadings } from "./readings.ts";
import { Rungs } from "./rungs.ts";
import { WatchSession } from "./watch-session.ts";

const READINGS_EVERY_MS = 250;

function find<E extends HTMLElement = HTMLElement>(selector: string): E {
  const element = document.querySelector<E>(selector);
  if (element === null) throw new Error(`the page has no ${selector}`);
  return element;
}

const main = find("#watch");
const video = find<HTMLVideoElement>("#video");
const viewerInputs = [...document.querySelectorAll<HTMLInputElement>("input[name=viewer]")];
const reading = (name: string) => find(`[data-reading=${name}]`);

const log = createActivityLog(
  { list: find("#activity"), given: find("[data-tally=given]"), refused: find("[data-tally=refused]") },
  () => new Date(),
);
const rungs: Rungs = new Rungs(find("#rungs"), {
  onChoose: (quality) => session.choose(quality),
  onAttempt: (quality) => session.attempt(quality),
});
const session: WatchSession = new WatchSession({
  part: { videoPostId: main.dataset.videoPostId ?? "", fileIndex: Number(main.dataset.fileIndex) },
  clearUrl: main.dataset.clearUrl ?? null,
  video,
  rungs,
  log,
  message: find("#message"),
  playing: reading("playing"),
  segments: reading("segments"),
  now: () => Date.now(),
});

for (const input of viewerInputs) {
  input.addEventListener("change", () => session.watchAs(input.value as ViewerKind));
}
find("#clear-activity").addEventListener("click", () => log.clear());
listenToKeyboard(video, rungs.qualities, {
  choose: (quality) => rungs.choose(quality),
  changeViewer: () => viewerInputs.find((input) => !input.checked)?.click(),
});
setInterval(() => showReadings(reading, video), READINGS_EVERY_MS);

// Some browsers keep the state of form controls over a reload; the page starts with what it shows.
const watchAsShown = () =>
  session.watchAs((viewerInputs.find((input) => input.checked)?.value ?? "anonymous") as ViewerKind);
watchAsShown();
// Leaving the page ended the play session; a restored page starts another.
addEventListener("pageshow", (event) => {
  if (event.persisted) void watchAsShown();
});
