import { defineLadderlockVideo, type LadderlockVideo } from "../element/ladderlock-video.ts";
import { parseCommand } from "./embed-messages.ts";

/* The script of /embed/{videoPostId}/{fileIndex}: docs/player.md, "The embed page". */

const film = document.querySelector("ladderlock-video") as LadderlockVideo & HTMLVideoElement;
const message = document.querySelector("#message") as HTMLElement;
const query = new URLSearchParams(location.search);
/** The page around this one, as it names itself: messages reach no other origin, and are accepted from no other. */
const site = query.get("origin");

const post = (event: string, detail: object = {}) => {
  if (site !== null && parent !== window) parent.postMessage({ ladderlock: 1, event, detail }, site);
};
const setToken = (token: string) => {
  const [id, index] = [film.getAttribute("video-post-id"), film.getAttribute("file-index")];
  return film.setToken(`/video/enc/videoResource/${id}/${index}/master.m3u8?token=${token}`);
};

defineLadderlockVideo();
film.muted = query.has("muted");
film.autoplay = query.has("autoplay");
// Behind the number sign, so that it is in no log and no Referer.
const token = new URLSearchParams(location.hash.slice(1)).get("token");
if (token !== null) void setToken(token);

for (const name of ["play", "pause", "ended", "seeked", "volumechange", "timeupdate", "loadedmetadata"]) {
  film.addEventListener(name, () => {
    const { currentTime, duration, paused, muted, volume } = film;
    post(name, { currentTime, duration: Number.isFinite(duration) ? duration : null, paused, muted, volume });
  });
}
for (const name of ["locked", "qualitychange", "qualitieschange"]) {
  film.addEventListener(name, (event) => post(name, (event as CustomEvent<object>).detail));
}
film.addEventListener("error", () => {
  message.textContent = film.error?.message ?? "";
  message.hidden = film.error === null;
  post("error", { message: film.error?.message ?? null });
});
film.addEventListener("playing", () => {
  message.hidden = true;
});

addEventListener("message", ({ origin, source, data }) => {
  if (site === null || origin !== site || source !== parent || data?.ladderlock !== 1) return;
  const command = parseCommand(data);
  if (command === null) return post("refused", { command: String(data.command) });
  switch (command.command) {
    case "play":
      return void film.play().catch(({ name }: Error) => post("refused", { command: "play", reason: name }));
    case "pause":
      return film.pause();
    case "seek":
      film.currentTime = command.seconds;
      return;
    case "mute":
      film.muted = command.muted;
      return;
    case "select":
      return film.select(command.quality);
    case "setToken":
      return void setToken(command.token).catch(({ message: reason }: Error) =>
        post("refused", { command: "setToken", reason }),
      );
    default:
      command satisfies never;
  }
});
post("ready");
