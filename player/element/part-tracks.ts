import type { PlayerController } from "../playback/player-controller.ts";

/** Chapters and the storyboard of the part, and its poster; what does not exist is not shown. */
export function addPartTracks(video: HTMLVideoElement, player: PlayerController, hasPoster: boolean): void {
  let isAdded = false;
  const add = () => {
    const poster = player.url("poster.jpg");
    if (isAdded || poster === null) return;
    isAdded = true;
    for (const track of video.querySelectorAll("[data-of-part]")) track.remove();
    if (!hasPoster) video.poster = poster;
    addTrack(video, "chapters", "chapters", player.url("chapters.vtt"));
    addTrack(video, "metadata", "thumbnails", player.url("storyboard.vtt"));
  };
  player.addEventListener("qualitieschange", add);
  add();
}

function addTrack(video: HTMLVideoElement, kind: string, label: string, src: string | null): void {
  const track = document.createElement("track");
  Object.assign(track, { kind, label, src, default: true });
  track.dataset.ofPart = "";
  // Absolute addresses, for the controls of others: they do not see this track, to which a tile is relative.
  track.addEventListener("load", () => {
    for (const cue of kind === "metadata" ? (track.track.cues ?? []) : []) {
      (cue as VTTCue).text = new URL((cue as VTTCue).text, track.src).href;
    }
  });
  video.append(track);
  // Loaded, and shown by nothing but the controls.
  track.track.mode = "hidden";
}

/** The site's own tracks: a video takes none through a slot. */
export function cloneTracks(from: Element, video: HTMLVideoElement): void {
  for (const track of video.querySelectorAll("track:not([data-of-part])")) track.remove();
  for (const track of from.querySelectorAll(":scope > track")) video.append(track.cloneNode());
}
