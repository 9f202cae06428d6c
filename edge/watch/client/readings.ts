/** Writes the readings of the video element into the cells that the server rendered. */
export function showReadings(cells: (name: string) => HTMLElement, video: HTMLVideoElement): void {
  cells("buffered").textContent = `${bufferedAhead(video.buffered, video.currentTime).toFixed(1)} s ahead`;
  const { droppedVideoFrames, totalVideoFrames } = video.getVideoPlaybackQuality();
  cells("dropped").textContent = `${droppedVideoFrames} of ${totalVideoFrames}`;
}

/** Players skip gaps of this size, such as the one before the first frame. */
const LARGEST_HOLE_SECONDS = 0.1;

/** Seconds that are playable from `at` on without another request. */
export function bufferedAhead(buffered: Pick<TimeRanges, "length" | "start" | "end">, at: number): number {
  for (let range = 0; range < buffered.length; range++) {
    if (buffered.start(range) - LARGEST_HOLE_SECONDS <= at && at <= buffered.end(range))
      return buffered.end(range) - at;
  }
  return 0;
}
