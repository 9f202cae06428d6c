import type Hls from "hls.js";

/** A player that runs in a browser, with the settings that it has when nobody sets any. */
export type BrowserPlayer = {
  readonly name: string;
  /** Below node_modules. */
  readonly script: string;
  readonly style?: string;
  /** What a site has set; nothing where this is left out. */
  readonly settings?: Settings;
  /** Runs in the page: starts the player on the only <video>, and sets `window.driver`. */
  readonly start: (request: StartRequest) => Promise<void>;
  /** Its own settings for looking ahead as little as it can, so that it asks for something all the time. */
  readonly fromHandToMouth: Settings;
};

export type StartRequest = {
  readonly url: string;
  readonly settings: Settings;
  /** The quality to begin with. */
  readonly lines: number;
};

type Settings = Readonly<Record<string, unknown>>;

/** What a player's page offers to the test that drives it. */
type Driver = {
  /** Chooses a quality by hand, named by the lines of its picture; what was chosen is shown at once. */
  choose(lines: number): void;
  /** Shows the captions in this language; none for null. */
  showCaptions(language: string | null): void;
  /** Tracks of captions that the player knows; those that are shown have cues. */
  readonly captions: () => ArrayLike<TextTrack>;
};

declare global {
  interface Window {
    driver: Driver;
    /** What the player has given up on. */
    faults: string[];
    Hls: typeof Hls;
    shaka: Shaka;
    videojs: VideoJs;
  }
}

/** The little of two players' interfaces that is used here. */
type Shaka = {
  Player: new () => {
    attach(video: HTMLVideoElement): Promise<unknown>;
    load(url: string): Promise<unknown>;
    configure(settings: Settings): unknown;
    addEventListener(type: "error", listener: (event: { detail: ShakaError }) => void): void;
    getTextTracks(): { language: string }[];
    selectTextTrack(track: { language: string } | null): void;
    getVariantTracks(): { height: number | null }[];
    selectVariantTrack(track: { height: number | null } | undefined, clearBuffer: boolean): void;
  };
};
type ShakaError = { code: number; severity: number };

type VideoJs = (
  video: HTMLVideoElement,
  settings: Settings,
) => {
  src(source: { src: string; type: string }): void;
  ready(then: () => void): void;
  on(type: "error", listener: () => void): void;
  one(type: "loadedmetadata", listener: () => void): void;
  error(): { code: number; message: string } | null;
  textTracks(): ArrayLike<TextTrack>;
  qualityLevels(): ArrayLike<{ height: number; enabled: boolean }>;
};

export const HLS_JS: BrowserPlayer = {
  name: "hls.js",
  script: "hls.js/dist/hls.min.js",
  fromHandToMouth: { maxBufferLength: 2, maxMaxBufferLength: 4, maxBufferSize: 0 },
  start: async ({ url, settings, lines: first }) => {
    const video = document.querySelector("video") as HTMLVideoElement;
    const hls = new window.Hls(settings);
    const { ERROR, MANIFEST_PARSED } = window.Hls.Events;
    hls.on(ERROR, (_event, { fatal, details }) => {
      if (fatal) window.faults.push(details);
    });
    const levelOf = (lines: number) => hls.levels.findIndex(({ height }) => height === lines);
    window.driver = {
      choose: (lines) => {
        hls.currentLevel = levelOf(lines);
      },
      showCaptions: (language) => {
        hls.subtitleTrack = hls.subtitleTracks.findIndex(({ lang }) => lang === language);
      },
      captions: () => video.textTracks,
    };
    await new Promise<void>((resolve, reject) => {
      hls.on(ERROR, (_event, { fatal, details }) => fatal && reject(new Error(details)));
      hls.on(MANIFEST_PARSED, () => {
        hls.loadLevel = levelOf(first);
        resolve();
      });
      hls.loadSource(url);
      hls.attachMedia(video);
    });
  },
};

/** Sends its measurements (CTA-5004) as headers, so that a preflight precedes each request. */
export const HLS_JS_WITH_CMCD: BrowserPlayer = { ...HLS_JS, settings: { cmcd: { useHeaders: true } } };

export const SHAKA: BrowserPlayer = {
  name: "Shaka",
  script: "shaka-player/dist/shaka-player.compiled.js",
  fromHandToMouth: { streaming: { bufferingGoal: 2, rebufferingGoal: 0 } },
  start: async ({ url, settings, lines: first }) => {
    const SEVERITY_CRITICAL = 2;
    const player = new window.shaka.Player();
    player.addEventListener("error", ({ detail }) => {
      if (detail.severity === SEVERITY_CRITICAL) window.faults.push(`Shaka's error ${detail.code}`);
    });
    player.configure(settings);
    player.configure({ abr: { restrictions: { maxHeight: first } } });
    const video = document.querySelector("video") as HTMLVideoElement;
    await player.attach(video);
    await player.load(url);
    window.driver = {
      choose: (lines) => {
        player.configure({ abr: { enabled: false } });
        player.selectVariantTrack(
          player.getVariantTracks().find(({ height }) => height === lines),
          true,
        );
      },
      showCaptions: (language) => {
        player.selectTextTrack(player.getTextTracks().find((track) => track.language === language) ?? null);
      },
      captions: () => video.textTracks,
    };
  },
};

export const VIDEO_JS: BrowserPlayer = {
  name: "video.js",
  script: "video.js/dist/video.min.js",
  style: "video.js/dist/video-js.min.css",
  // It has no setting for how far it looks ahead: half a minute, and up to a minute later on.
  fromHandToMouth: {},
  start: async ({ url, settings, lines: first }) => {
    const player = window.videojs(document.querySelector("video") as HTMLVideoElement, settings);
    player.on("error", () => window.faults.push(player.error()?.message ?? "an error"));
    window.driver = {
      choose: (lines) => {
        for (const level of Array.from(player.qualityLevels())) level.enabled = level.height === lines;
      },
      showCaptions: (language) => {
        for (const track of Array.from(player.textTracks())) {
          track.mode = track.language === language ? "showing" : "disabled";
        }
      },
      captions: () => player.textTracks(),
    };
    await new Promise<void>((resolve, reject) => {
      player.on("error", () => reject(new Error(player.error()?.message ?? "an error")));
      player.one("loadedmetadata", resolve);
      player.ready(() => player.src({ src: url, type: "application/x-mpegURL" }));
    });
    // It begins with the quality that its size on the page asks for, which is 360p of a square clip here.
    window.driver.choose(first);
  },
};

export const BROWSER_PLAYERS = [HLS_JS, SHAKA, VIDEO_JS];
