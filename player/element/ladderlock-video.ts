import type Hls from "hls.js";
import type { HlsConfig } from "hls.js";
import type { Grant } from "../grant/grant.ts";
import { attach } from "../playback/attach.ts";
import type { AttachOptions } from "../playback/attach-options.ts";
import type { PlayerController } from "../playback/player-controller.ts";
import { errorOf, type PlayerError, type QualityChoice } from "../playback/player-events.ts";
import type { Refusal } from "../session/problem.ts";
import { showControls } from "./controls/controls.ts";
import { addStyles } from "./controls/styles.ts";
import { copyAttribute, delegateToVideo, FORWARDED, MEDIA_EVENTS } from "./media-interface.ts";
import { addPartTracks, cloneTracks } from "./part-tracks.ts";

/** Servers that render pages have no HTMLElement. */
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

const SOURCE = ["src", "server", "video-post-id", "file-index"];

/** `<ladderlock-video>`, with the interface of HTMLMediaElement: docs/player.md. */
export class LadderlockVideo extends Base {
  static readonly observedAttributes = [...SOURCE, ...FORWARDED, "controls"];

  /** The class of hls.js; by default the package, or the module beside this one. */
  static loadHls: () => Promise<typeof Hls> = async () => (await import("hls.js")).default;

  /** Requests a token from the site: at the start with null, later with the refusal. */
  declare onTokenNeeded: ((refusal: Refusal | null) => Promise<Grant>) | undefined;
  /** The JWT of the site's viewer, where the policies decide. */
  declare viewerToken: (() => string | undefined | Promise<string | undefined>) | undefined;
  declare hlsConfig: Partial<HlsConfig> | undefined;

  /** The element inside, which plays. */
  readonly video = document.createElement("video");
  readonly #root = this.attachShadow({ mode: "open" });
  #player: PlayerController | null = null;
  #grant: Grant | undefined;
  /** Why there is no player. */
  #failure: PlayerError | null = null;
  #isStarting = false;
  #hideControls: (() => void) | null = null;

  constructor() {
    super();
    this.video.part.add("video");
    this.video.crossOrigin = "anonymous";
    addStyles(
      this.#root,
      ":host{display:inline-block;position:relative;background:#000}video{width:100%;height:100%;display:block}",
    );
    this.#root.append(this.video);
    for (const name of MEDIA_EVENTS) {
      this.video.addEventListener(name, (event) =>
        this.dispatchEvent(new (event.constructor as typeof Event)(name, event)),
      );
    }
    this.video.addEventListener("error", () => this.dispatchEvent(new Event("error")));
  }

  connectedCallback(): void {
    this.#adoptProperties();
    cloneTracks(this, this.video);
    this.#restart();
  }

  disconnectedCallback(): void {
    // A move within the page disconnects too, and connects again at once.
    queueMicrotask(() => this.isConnected || this.#stop());
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (before === now) return;
    if (name === "controls") this.#showControls();
    else if (!SOURCE.includes(name)) {
      copyAttribute(this, this.video, name);
      if (name === "muted") this.video.muted = now !== null;
    } else {
      this.#grant = undefined;
      if (!this.isConnected) return;
      this.#stop();
      this.#restart();
    }
  }

  /** The playback; null until hls.js is loaded. */
  get player(): PlayerController | null {
    return this.#player;
  }

  get qualities(): readonly QualityChoice[] {
    return this.#player?.qualities ?? [];
  }

  get quality(): string | null {
    return this.#player?.quality ?? null;
  }

  /** Null for automatic. A locked quality fires `locked`. */
  select(quality: string | null): void {
    this.#player?.select(quality);
  }

  /**
   * Plays with another token: in place if it plays already, otherwise from the start. Until the source changes or
   * `load` is called.
   */
  async setToken(grant: Grant | string): Promise<void> {
    this.#grant = typeof grant === "string" ? { masterUrl: grant } : grant;
    if (this.#player !== null) await this.#player.setToken(grant);
    else this.#restart();
  }

  /** The address of the multivariant playlist, with its token. */
  get src(): string {
    const given = this.getAttribute("src");
    return given === null ? "" : new URL(given, document.baseURI).href;
  }

  set src(url: string) {
    this.setAttribute("src", url);
  }

  get currentSrc(): string {
    return this.#player?.url("master.m3u8") ?? "";
  }

  /** The video inside has none: the controls are this element's. */
  get controls(): boolean {
    return this.hasAttribute("controls");
  }

  set controls(shown: boolean) {
    this.toggleAttribute("controls", shown);
  }

  /** What the browser reports, or what the player could not do. */
  get error(): MediaError | null {
    const failure = this.#failure ?? this.#player?.error ?? null;
    if (failure === null) return this.video.error;
    const { status, message } = failure;
    const code = status === null ? MediaError.MEDIA_ERR_DECODE : MediaError.MEDIA_ERR_NETWORK;
    return Object.create(MediaError.prototype, { code: { value: code }, message: { value: message } });
  }

  /** Plays from the start of what the attributes name. */
  load(): void {
    this.#grant = undefined;
    this.#stop();
    this.#restart();
  }

  override requestFullscreen(options?: FullscreenOptions): Promise<void> {
    return super.requestFullscreen(options);
  }

  #restart(): void {
    // Properties are set after the element is created, and all attributes one by one.
    if (this.#isStarting || this.#player !== null) return;
    this.#failure = null;
    this.#isStarting = true;
    setTimeout(() => this.#start().finally(() => (this.#isStarting = false)));
  }

  async #start(): Promise<void> {
    if (this.#source() === null) return;
    const Class = await LadderlockVideo.loadHls().catch((cause) => this.#fail(errorOf(cause)));
    // The token or the attributes may be others by now.
    const source = this.#source();
    if (!this.isConnected || Class === undefined || source === null) return;
    const player = attach(this.video, { Hls: Class, ...source });
    this.#player = player;
    for (const name of ["locked", "qualitychange", "qualitieschange"] as const) {
      player.addEventListener(name, (event) =>
        this.dispatchEvent(new CustomEvent(name, { detail: event.detail, bubbles: true, composed: true })),
      );
    }
    player.addEventListener("error", ({ detail }) => detail.fatal && this.dispatchEvent(new Event("error")));
    addPartTracks(this.video, player, this.hasAttribute("poster"));
  }

  #source(): AttachOptions | null {
    const { onTokenNeeded: ask, viewerToken: identify, hlsConfig } = this;
    // Others may be set while it plays, as React does with each rendering.
    const onTokenNeeded = ask && ((refusal: Refusal | null) => (this.onTokenNeeded ?? ask)(refusal));
    const viewerToken = identify && (() => (this.viewerToken ?? identify)());
    const videoPostId = this.getAttribute("video-post-id");
    const fileIndex = Number(this.getAttribute("file-index") ?? 0);
    const part = videoPostId === null ? undefined : { videoPostId, fileIndex };
    const grant = this.#grant ?? (this.hasAttribute("src") ? { masterUrl: this.src } : undefined);
    if ((grant ?? part ?? onTokenNeeded) === undefined) return null;
    return { grant, part, onTokenNeeded, viewerToken, hlsConfig, server: this.getAttribute("server") ?? "" };
  }

  /** What a page sets before the element is defined hides the accessors of the class. */
  #adoptProperties(): void {
    for (const [name, value] of Object.entries(this)) {
      if (name in LadderlockVideo.prototype && delete this[name as never]) Reflect.set(this, name, value);
    }
  }

  #fail(error: PlayerError): undefined {
    this.#failure = error;
    this.dispatchEvent(new Event("error"));
  }

  #stop(): void {
    this.#player?.destroy();
    this.#player = null;
  }

  #showControls(): void {
    if (this.controls === (this.#hideControls !== null)) return;
    this.#hideControls?.();
    this.#hideControls = this.controls ? showControls(this, this.#root) : null;
  }
}

if (globalThis.HTMLVideoElement !== undefined) {
  delegateToVideo(LadderlockVideo.prototype);
  // HAVE_METADATA, NETWORK_LOADING and so on are constants of the class too.
  for (const [name, value] of Object.entries(HTMLMediaElement)) Object.defineProperty(LadderlockVideo, name, { value });
}

export function defineLadderlockVideo(name = "ladderlock-video"): void {
  if (globalThis.customElements?.get(name) === undefined) globalThis.customElements?.define(name, LadderlockVideo);
}
