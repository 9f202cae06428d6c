import {
  createElement,
  type HTMLAttributes,
  type Ref,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
} from "react";
import { defineLadderlockVideo, type LadderlockVideo } from "../element/ladderlock-video.ts";
import type { PlayerEvents } from "../playback/player-events.ts";

export type { Grant } from "../grant/grant.ts";
export type { PlayerEvents, QualityChoice } from "../playback/player-events.ts";

type Settings = Partial<Pick<LadderlockVideo, "onTokenNeeded" | "viewerToken" | "hlsConfig">>;
type Media = { readonly [name in "autoplay" | "controls" | "loop" | "muted" | "playsinline"]?: boolean | undefined };
type Listeners = {
  readonly onLocked?: ((detail: PlayerEvents["locked"]) => void) | undefined;
  readonly onQualityChange?: ((detail: PlayerEvents["qualitychange"]) => void) | undefined;
  readonly onQualitiesChange?: ((detail: PlayerEvents["qualitieschange"]) => void) | undefined;
};

export type PlayerElement = LadderlockVideo & HTMLVideoElement;
export type PlayerProps = Settings &
  Media &
  Listeners &
  Omit<HTMLAttributes<HTMLElement>, "children"> & {
    readonly ref?: Ref<PlayerElement> | undefined;
    readonly server?: string | undefined;
    readonly videoPostId?: string | undefined;
    readonly fileIndex?: number | undefined;
    readonly src?: string | undefined;
    readonly poster?: string | undefined;
  };

defineLadderlockVideo();

/** `<ladderlock-video>` as a component: docs/player.md, "React". `ref` is the element, with `setToken` and `select`. */
export function LadderlockPlayer(props: PlayerProps) {
  const { ref, videoPostId, fileIndex, onLocked, onQualityChange, onQualitiesChange, ...rest } = props;
  const { onTokenNeeded, viewerToken, hlsConfig, ...others } = rest;
  const element = useRef<PlayerElement>(null);
  useImperativeHandle(ref, () => element.current as PlayerElement, []);
  // As properties, before the element starts: React takes what begins with "on" for an event.
  useLayoutEffect(() => {
    Object.assign(element.current ?? {}, { onTokenNeeded, viewerToken, hlsConfig });
  }, [onTokenNeeded, viewerToken, hlsConfig]);
  useEffect(() => listen(element.current, "locked", onLocked), [onLocked]);
  useEffect(() => listen(element.current, "qualitychange", onQualityChange), [onQualityChange]);
  useEffect(() => listen(element.current, "qualitieschange", onQualitiesChange), [onQualitiesChange]);
  return createElement("ladderlock-video", {
    ...others,
    ref: element,
    "video-post-id": videoPostId,
    "file-index": fileIndex,
  });
}

function listen<D>(element: PlayerElement | null, name: string, listener: ((detail: D) => void) | undefined) {
  if (element === null || listener === undefined) return;
  const call = (event: Event) => listener((event as CustomEvent<D>).detail);
  element.addEventListener(name, call);
  return () => element.removeEventListener(name, call);
}
