import Hls from "hls.js";
import { useEffect, useRef } from "react";
import type { IssuedToken } from "../../client/index.ts";
import { attach } from "../../player/playback/attach.ts";

type PartVideoProps = {
  /** Issues a token: at the start, and when the session of the one before it has ended. */
  readonly issueToken: () => Promise<IssuedToken>;
  readonly label: string;
  readonly onFailure: (error: Error) => void;
};

/** A video element that the player of this product plays in. */
export function PartVideo({ issueToken, label, onFailure }: PartVideoProps) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = video.current;
    if (element === null) return;
    const player = attach(element, { Hls, server: location.origin, onTokenNeeded: issueToken });
    player.addEventListener("error", ({ detail: { fatal, message } }) => {
      if (fatal) onFailure(new Error(message));
    });
    element.play().catch(() => {});
    return () => player.destroy();
  }, [issueToken, onFailure]);
  return (
    // biome-ignore lint/a11y/useMediaCaption: the captions are those of the playlist.
    <video ref={video} className="video" controls playsInline autoPlay aria-label={label} />
  );
}
