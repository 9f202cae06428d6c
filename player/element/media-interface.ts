/*
 * The interface of HTMLMediaElement, given to an element that has a video element inside: each property and method of the
 * browser's own prototypes, so that the element has what the browser has.
 */

/** Media events do not leave a shadow tree: they neither bubble nor are composed. */
export const MEDIA_EVENTS = [
  ...["abort", "canplay", "canplaythrough", "durationchange", "emptied", "encrypted", "ended", "loadeddata"],
  ...["loadedmetadata", "loadstart", "pause", "play", "playing", "progress", "ratechange", "resize", "seeked"],
  ...["seeking", "stalled", "suspend", "timeupdate", "volumechange", "waiting", "waitingforkey"],
  ...["enterpictureinpicture", "leavepictureinpicture"],
] as const;

/** Properties that reflect an attribute, which has to be seen on the element itself. */
const REFLECTED: Readonly<Record<string, string>> = {
  ...{ autoplay: "autoplay", loop: "loop", preload: "preload", playsInline: "playsinline", poster: "poster" },
  ...{ crossOrigin: "crossorigin", defaultMuted: "muted", width: "width", height: "height" },
  ...{ disablePictureInPicture: "disablepictureinpicture", disableRemotePlayback: "disableremoteplayback" },
};

/** Attributes of the element that its video gets too. */
export const FORWARDED: readonly string[] = Object.values(REFLECTED);

type HasVideo = HTMLElement & { readonly video: HTMLVideoElement };

/** Adds what `prototype` does not have itself. */
export function delegateToVideo(prototype: HasVideo): void {
  for (const interfaces of [HTMLVideoElement.prototype, HTMLMediaElement.prototype]) {
    for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(interfaces))) {
      const own = Object.getOwnPropertyDescriptor(prototype, name);
      // Those of a class are not enumerable, those of the browser are.
      const given = own === undefined ? delegated(name, descriptor) : { ...own, enumerable: name !== "constructor" };
      Object.defineProperty(prototype, name, given);
    }
  }
}

function delegated(name: string, { get, set, value, enumerable }: PropertyDescriptor): PropertyDescriptor {
  const base = { configurable: true, enumerable: enumerable ?? true };
  if (get === undefined && typeof value !== "function") return { ...base, value };
  if (get === undefined) {
    const call = function (this: HasVideo, ...args: unknown[]): unknown {
      return Reflect.apply(value, this.video, args);
    };
    return { ...base, writable: true, value: call };
  }
  const read = function (this: HasVideo): unknown {
    return Reflect.apply(get, this.video, []);
  };
  if (set === undefined) return { ...base, get: read };
  const attribute = REFLECTED[name];
  const write = function (this: HasVideo, to: unknown): void {
    Reflect.apply(set, this.video, [to]);
    if (attribute !== undefined) copyAttribute(this.video, this, attribute);
  };
  return { ...base, get: read, set: write };
}

export function copyAttribute(from: Element, to: Element, name: string): void {
  const value = from.getAttribute(name);
  if (value === to.getAttribute(name)) return;
  if (value === null) to.removeAttribute(name);
  else to.setAttribute(name, value);
}
