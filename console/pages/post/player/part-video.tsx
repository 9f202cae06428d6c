import { useEffect, useRef } from "react";
import type { IssuedToken } from "../../../../client/index.ts";
import { LadderlockPlayer, type PlayerElement } from "../../../../player/react/ladderlock-video.tsx";

type PartVideoProps = {
  /** Issues a token: at the start, and when the session of the one before it has ended. */
  readonly issueToken: () => Promise<IssuedToken>;
  readonly label: string;
  readonly onFailure: (error: Error) => void;
};

/** The player that sites embed: with the qualities, captions, chapters and storyboard of the part. */
export function PartVideo({ issueToken, label, onFailure }: PartVideoProps) {
  const player = useRef<PlayerElement>(null);
  useEffect(() => {
    const element = player.current;
    const fail = () => {
      const reason = element?.error?.message;
      if (reason !== undefined) onFailure(new Error(reason));
    };
    element?.addEventListener("error", fail);
    return () => element?.removeEventListener("error", fail);
  }, [onFailure]);
  return (
    <LadderlockPlayer
      ref={player}
      className="video"
      role="group"
      aria-label={label}
      server={location.origin}
      onTokenNeeded={issueToken}
      controls
      autoplay
      playsinline
    />
  );
}
