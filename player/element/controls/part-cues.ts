/** The cue of a kind of track at a time. */
export function cueAt({ textTracks }: HTMLVideoElement, kind: TextTrackKind, at: number): VTTCue | undefined {
  const track = [...textTracks].find((one) => one.kind === kind && (one.cues?.length ?? 0) > 0);
  return [...(track?.cues ?? [])].find(({ startTime, endTime }) => startTime <= at && at < endTime) as
    | VTTCue
    | undefined;
}

/** The title of the chapter at a time, without the markup of WebVTT. */
export function chapterAt(video: HTMLVideoElement, at: number): string | null {
  return cueAt(video, "chapters", at)?.getCueAsHTML().textContent ?? null;
}
