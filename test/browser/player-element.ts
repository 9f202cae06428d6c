import { describe, expect, it } from "vitest";
import type { LadderlockVideo } from "../../player/element/ladderlock-video.ts";
import type { Stage } from "./player-stage.ts";

/* `<ladderlock-video>`: what it claims of HTMLMediaElement, its values and events. */

type Difference = { readonly name: string; readonly own: unknown; readonly browsers: unknown };

export function describeElement(stage: () => Stage): void {
  const element = (attributes: string) => {
    const { stack, part } = stage();
    return `<ladderlock-video muted server="${stack.origin}" video-post-id="${part.videoPostId}" ${attributes}></ladderlock-video>`;
  };
  const page = (body: string, script = "") => `<!doctype html><body>${body}
    <script type="module">import "${stage().stack.origin}/player-assets/element.js"; ${script}</script>`;

  describe("the interface of <ladderlock-video>", () => {
    it("has each property, method and constant of the browser's video, of the same kind and with the same value", async () => {
      const { page: tab } = await stage().open(page("<ladderlock-video></ladderlock-video><video></video>"));
      await tab.waitForFunction(() => customElements.get("ladderlock-video") !== undefined);
      const { compared, differences } = await tab.evaluate(() => {
        const own = document.querySelector("ladderlock-video") as unknown as Record<string, unknown>;
        const browsers = document.querySelector("video") as unknown as Record<string, unknown>;
        const differences: Difference[] = [];
        let compared = 0;
        const shown = (value: unknown) =>
          typeof value === "object" && value !== null
            ? value.constructor.name
            : typeof value === "function"
              ? "function"
              : value;
        const descriptorOf = (object: object, name: string): PropertyDescriptor | undefined =>
          object === null
            ? undefined
            : (Object.getOwnPropertyDescriptor(object, name) ?? descriptorOf(Object.getPrototypeOf(object), name));
        for (const prototype of [HTMLVideoElement.prototype, HTMLMediaElement.prototype]) {
          for (const name of Object.getOwnPropertyNames(prototype)) {
            if (name === "constructor") continue;
            compared++;
            const kind = (object: object) => {
              const found = descriptorOf(object, name);
              return (
                found && {
                  method: typeof found.value === "function",
                  reads: !!found.get,
                  writes: !!found.set,
                  lists: found.enumerable,
                }
              );
            };
            const [a, b] = [JSON.stringify(kind(own)), JSON.stringify(kind(browsers))];
            if (a !== b) differences.push({ name, own: a, browsers: b });
            if (!Object.is(shown(own[name]), shown(browsers[name])))
              differences.push({ name, own: shown(own[name]), browsers: shown(browsers[name]) });
          }
        }
        const statics = customElements.get("ladderlock-video") as unknown as Record<string, unknown>;
        for (const [name, value] of Object.entries(HTMLMediaElement)) {
          compared++;
          if (statics[name] !== value) differences.push({ name, own: statics[name], browsers: value });
        }
        return { compared, differences };
      });
      expect(compared).toBeGreaterThan(70);
      // Tracks and posters of another origin are readable only this way.
      expect(differences).toEqual([{ name: "crossOrigin", own: "anonymous", browsers: null }]);
      await tab.context().close();
    });

    it("takes and refuses the same values, and shows them as the same attributes", async () => {
      const { page: tab } = await stage().open(page("<ladderlock-video></ladderlock-video><video></video>"));
      await tab.waitForFunction(() => customElements.get("ladderlock-video") !== undefined);
      const [own, browsers] = await tab.evaluate(() =>
        ["ladderlock-video", "video"].map((selector) => {
          const media = document.querySelector(selector) as HTMLVideoElement & Record<string, unknown>;
          const attempts: [string, unknown][] = [
            ...(["autoplay", "loop", "controls", "defaultMuted", "playsInline", "muted"] as const).flatMap(
              (name): [string, unknown][] => [
                [name, true],
                [name, false],
                [name, true],
              ],
            ),
            ...(["disablePictureInPicture", "disableRemotePlayback", "preservesPitch"] as const).map(
              (name): [string, unknown] => [name, true],
            ),
            ["volume", 0.25],
            ["volume", 2],
            ["volume", "x"],
            ["playbackRate", 2],
            ["playbackRate", 1e9],
            ["defaultPlaybackRate", 1.5],
            ["preload", "metadata"],
            ["preload", "nonsense"],
            ["poster", "/poster.png"],
            ["crossOrigin", "use-credentials"],
            ["width", 320],
            ["height", 180],
            ["currentTime", 3],
            ["currentTime", Number.NaN],
          ];
          const results = attempts.map(([name, value]) => {
            try {
              (media as Record<string, unknown>)[name] = value;
              return [name, String(value), String(media[name])];
            } catch (error) {
              return [name, String(value), (error as Error).name];
            }
          });
          // A video with controls has the focus without the attribute.
          media.removeAttribute("tabindex");
          const attributes = [...media.attributes].map(({ name, value }) => `${name}=${value}`).sort();
          for (const { name } of [...media.attributes]) media.removeAttribute(name);
          const after = ["autoplay", "loop", "controls", "defaultMuted", "playsInline", "width"].map((name) =>
            String(media[name]),
          );
          const types = ["video/mp4", 'video/mp4; codecs="avc1.42E01E"', "video/nonsense"].map((type) =>
            media.canPlayType(type),
          );
          const track = media.addTextTrack("captions", "English", "en");
          const constants = [media.HAVE_NOTHING, media.HAVE_ENOUGH_DATA, media.NETWORK_NO_SOURCE];
          return {
            results,
            attributes,
            after,
            types,
            track: [track.kind, track.label, media.textTracks.length],
            constants,
          };
        }),
      );
      expect(own).toEqual(browsers);
      await tab.context().close();
    });

    it("fires the events of playback in the order of its video, and plays, seeks, pauses and ends as one", async () => {
      const { page: tab } = await stage().open(
        page(
          element(""),
          `
          const element = document.querySelector("ladderlock-video");
          const names = ${JSON.stringify(MEDIA_EVENTS_OF_HTML)};
          window.own = []; window.inner = [];
          for (const name of names) {
            element.addEventListener(name, () => own.push(name));
            element.video.addEventListener(name, () => inner.push(name));
          }`,
        ),
      );
      const result = await tab.evaluate(async () => {
        const media = document.querySelector("ladderlock-video") as LadderlockVideo & HTMLVideoElement;
        const once = (name: string) => new Promise((resolve) => media.addEventListener(name, resolve, { once: true }));
        // Where the player was faster, the event has passed.
        if (media.readyState < HTMLMediaElement.HAVE_FUTURE_DATA) await once("canplay");
        await media.play();
        media.volume = 0.5;
        media.playbackRate = 4;
        media.currentTime = 20;
        await once("seeked");
        media.pause();
        await once("pause");
        const paused = media.paused;
        await media.play();
        await once("ended");
        // The element hears its video before the test does.
        await new Promise((resolve) => setTimeout(resolve));
        const { ended, currentTime, duration, videoHeight, readyState, played, seekable } = media;
        const { own, inner } = window as unknown as { own: string[]; inner: string[] };
        return {
          own,
          inner,
          paused,
          ended,
          isAtEnd: duration - currentTime < 0.2,
          videoHeight,
          readyState,
          played: played.length,
          seekable: seekable.end(0),
        };
      });
      expect(result.own).toEqual(result.inner);
      const wanted = [
        "loadstart",
        "durationchange",
        "loadedmetadata",
        "loadeddata",
        "canplay",
        "play",
        "playing",
        "timeupdate",
      ];
      const more = ["volumechange", "ratechange", "seeking", "seeked", "pause", "ended", "progress", "resize"];
      expect(result.own).toEqual(expect.arrayContaining([...wanted, ...more]));
      expect(result).toMatchObject({ paused: true, ended: true, isAtEnd: true });
      expect(result.seekable).toBeGreaterThan(23);
      await tab.context().close();
    });
  });
}

/** HTML, "Event summary" of media elements, and Picture-in-Picture. */
const MEDIA_EVENTS_OF_HTML = [
  ...["loadstart", "progress", "suspend", "abort", "error", "emptied", "stalled", "loadedmetadata", "loadeddata"],
  ...["canplay", "canplaythrough", "playing", "waiting", "seeking", "seeked", "ended", "durationchange", "timeupdate"],
  ...["play", "pause", "ratechange", "resize", "volumechange", "enterpictureinpicture", "leavepictureinpicture"],
];
