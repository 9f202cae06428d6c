import Hls from "hls.js";
import { useEffect, useRef } from "react";

type HlsVideoProps = {
  /** With the token. */
  readonly masterUrl: string;
  readonly label: string;
  readonly onFailure: (error: Error) => void;
};

/** A video element with hls.js, or with the HLS of the browser where there is no Media Source. */
export function HlsVideo({ masterUrl, label, onFailure }: HlsVideoProps) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = video.current;
    if (element === null) return;
    if (!Hls.isSupported()) {
      element.src = masterUrl;
      return;
    }
    const hls = new Hls();
    hls.on(Hls.Events.ERROR, (_, { fatal, details }) => {
      if (fatal) onFailure(new Error(`The player stopped: ${details}`));
    });
    hls.on(Hls.Events.MANIFEST_PARSED, () => void element.play().catch(() => {}));
    hls.loadSource(masterUrl);
    hls.attachMedia(element);
    return () => hls.destroy();
  }, [masterUrl, onFailure]);
  return (
    // biome-ignore lint/a11y/useMediaCaption: hls.js adds the captions of the playlist.
    <video ref={video} className="video" controls playsInline aria-label={label} />
  );
}
