import type Hls from "hls.js";
import type { Events } from "hls.js";

/**
 * Shows a level at once, whatever is buffered of others.
 *
 * hls.js 1.7 gives up the segment that is on its way when it switches at once, and with it the track's initialization,
 * which it does not make again for the same level: the segments that follow can't be appended, and it asks for the
 * first of them for ever. So a segment of the level that is wanted is let in before the switch.
 */
export function qualitySwitch(hls: Hls): (level: number) => void {
  let anythingBuffered = false;
  let arriving: number | null = null;
  let afterArrival: number | null = null;

  hls.on("hlsFragLoading" as Events.FRAG_LOADING, (_event, { frag }) => {
    arriving = frag.level;
  });
  hls.on("hlsFragBuffered" as Events.FRAG_BUFFERED, () => {
    const level = afterArrival;
    anythingBuffered = true;
    arriving = null;
    afterArrival = null;
    if (level !== null && hls.currentLevel !== level) hls.currentLevel = level;
  });
  // Its key may have been refused: it does not arrive.
  hls.on("hlsError" as Events.ERROR, (_event, { frag }) => {
    if (frag?.level === arriving) arriving = null;
  });
  hls.on("hlsMediaDetached" as Events.MEDIA_DETACHED, () => {
    anythingBuffered = false;
  });

  return (level) => {
    afterArrival = !anythingBuffered || arriving === level ? level : null;
    if (afterArrival === null) hls.currentLevel = level;
    else hls.loadLevel = level;
  };
}
