import type Hls from "hls.js";
import type { ErrorData, Events } from "hls.js";
import type { Grant } from "../grant/grant.ts";
import { bodyOf, type Refusal, readRefusal } from "../session/problem.ts";
import { keepSession, type SessionKeeper } from "../session/session-refresh.ts";
import type { AttachOptions } from "./attach-options.ts";
import {
  errorOf,
  type PlayerError,
  type PlayerEvents,
  type PlayerListener,
  type QualityChoice,
  stoppedBy,
} from "./player-events.ts";
import { bestFirst, qualityOf } from "./quality-names.ts";
import { qualitySwitch } from "./quality-switch.ts";

type Parts = Omit<AttachOptions, "server"> & {
  readonly server: string;
  readonly ask: ((refusal: Refusal | null) => Promise<Grant>) | undefined;
  readonly stop: AbortController;
};

/** What cannot be decoded fails again at once. */
const RECOVER_AT_MOST_EVERY_MS = 10_000;

/** One playback in one video element. Its events are CustomEvents with the details of PlayerEvents. */
export class PlayerController extends EventTarget {
  /** Null where the browser's own HLS plays. */
  readonly hls: Hls | null;
  readonly #video: HTMLVideoElement;
  readonly #parts: Parts;
  readonly #session: SessionKeeper | null = null;
  readonly #switchTo: (level: number) => void = () => {};
  /** The multivariant playlist; null until there is a token. */
  #masterUrl: string | null = null;
  #qualities: readonly QualityChoice[] = [];
  /** Whether the token's issuer has said what it allows; otherwise the playlist says it. */
  #isToldByGrant = false;
  #quality: string | null = null;
  #error: PlayerError | null = null;
  /** Also a locked one, which plays as soon as a token allows it. */
  #wanted: string | null;
  #recoveredAt = Number.NEGATIVE_INFINITY;

  constructor(video: HTMLVideoElement, parts: Parts) {
    super();
    this.#video = video;
    this.#parts = parts;
    this.#wanted = parts.quality ?? null;
    const { Hls } = parts;
    this.hls = Hls?.isSupported() ? new Hls(parts.hlsConfig) : null;
    if (this.hls !== null) {
      const { ask } = parts;
      this.#session = keepSession(this.hls, {
        renew: ask && (async (refusal) => ({ masterUrl: await this.#renewed(ask(refusal)) })),
        // Without a session nothing plays, and the refusal is an error of hls.js.
        onRefused: (status, code) =>
          this.token() !== null && this.#fail({ status, code, message: code ?? `status ${status}`, fatal: false }),
      });
      this.#switchTo = qualitySwitch(this.hls);
      this.#listen(this.hls);
      this.hls.attachMedia(video);
    } else {
      video.addEventListener("error", () => this.#nativeError(), { signal: parts.stop.signal });
    }
    this.#start().catch((error) => this.#masterUrl === null && this.#fail(errorOf(error)));
  }

  override addEventListener<E extends keyof PlayerEvents>(
    name: E,
    listener: PlayerListener<E>,
    options?: AddEventListenerOptions | boolean,
  ): void;
  override addEventListener(...given: Parameters<EventTarget["addEventListener"]>): void;
  override addEventListener(name: string, listener: never, options?: AddEventListenerOptions | boolean): void {
    super.addEventListener(name, listener, options);
  }

  /** Of the part, best first; locked ones too. Empty until the first token and its playlist are there. */
  get qualities(): readonly QualityChoice[] {
    return this.#qualities;
  }

  /** On the screen; null while nothing is, and where the browser's own HLS plays. */
  get quality(): string | null {
    return this.#quality;
  }

  /** What playback has stopped with; null from the next load on, as of HTMLMediaElement. */
  get error(): PlayerError | null {
    return this.#error;
  }

  /** Null for automatic. */
  get selected(): string | null {
    return this.#isLocked(this.#wanted) ? null : this.#wanted;
  }

  /** Null for automatic. A locked quality fires `locked`, and plays once a token allows it. */
  select(quality: string | null): void {
    this.#wanted = quality;
    if (this.#isLocked(quality)) this.#emit("locked", { quality: quality ?? "" });
    else this.#applyChoice(false);
  }

  /**
   * Continues with another token, at the same position and with what is buffered, if it is of the same encryption.
   * Rejects where the token's playlist is refused; the present token stays in use then.
   */
  async setToken(grant: Grant | string): Promise<void> {
    const given = typeof grant === "string" ? { masterUrl: grant } : grant;
    const masterUrl = this.#absolute(given.masterUrl);
    if (this.#session === null || this.#masterUrl === null) return this.#load(this.#take(given));
    await this.#session.use(masterUrl);
    this.#take(given);
    this.#levelsChanged();
  }

  /** The newest token of the play session. Null before the first, and for clear renditions. */
  token(): string | null {
    return this.#session?.token() ?? null;
  }

  /** The address of what lies beside the part's playlist, such as poster.jpg, with the newest token. Null before the first. */
  url(name: string): string | null {
    if (this.#masterUrl === null) return null;
    const url = this.#masterUrl.replace(/master\.m3u8(?=\?|$)/, name);
    const token = this.token();
    return token === null ? url : url.replace(/([?&]token=)[^&#]*/, `$1${token}`);
  }

  /** Also ends the play session. The video element is as it was before. */
  destroy(): void {
    this.#parts.stop.abort();
    if (this.hls !== null) this.hls.destroy();
    else {
      this.#video.removeAttribute("src");
      this.#video.load();
    }
  }

  async #start(): Promise<void> {
    const { grant, ask, stop } = this.#parts;
    const first = grant ?? (await ask?.(null));
    // A token of `setToken` is newer than one that was on its way.
    if (first !== undefined && !stop.signal.aborted && this.#masterUrl === null) this.#load(this.#take(first));
  }

  async #renewed(asked: Promise<Grant>): Promise<string> {
    const before = this.#masterUrl;
    const given = await asked;
    return this.#masterUrl === null || this.#masterUrl === before ? this.#take(given) : this.#masterUrl;
  }

  #load(masterUrl: string): void {
    if (this.hls !== null) this.hls.loadSource(masterUrl);
    else this.#loadNative(masterUrl);
  }

  /** The browser's player keeps nothing of what it has: it starts again at the position. */
  #loadNative(masterUrl: string): void {
    this.#error = null;
    const { currentTime, paused, ended } = this.#video;
    const { startPosition = 0 } = this.#parts.hlsConfig ?? {};
    this.#video.src = masterUrl;
    this.#video.currentTime = currentTime || Math.max(0, startPosition);
    if (!paused && !ended) this.#video.play().catch(() => {});
  }

  #take({ masterUrl, qualities, lockedQualities }: Grant): string {
    this.#masterUrl = this.#absolute(masterUrl);
    this.#isToldByGrant = qualities !== undefined;
    if (qualities !== undefined) this.#setQualities(qualities, lockedQualities);
    return this.#masterUrl;
  }

  /** Where nobody says what is locked, it is what was allowed before. */
  #setQualities(allowed: readonly string[], locked?: readonly string[]): void {
    const known = this.#qualities.map(({ name }) => name);
    const names = [...new Set([...allowed, ...(locked ?? known)])].sort(bestFirst);
    const next = names.map((name) => ({ name, locked: !allowed.includes(name) }));
    const isSame = JSON.stringify(next) === JSON.stringify(this.#qualities);
    this.#qualities = next;
    if (!isSame) this.#emit("qualitieschange", { qualities: next });
  }

  #listen(hls: Hls): void {
    hls.on("hlsManifestLoading" as Events.MANIFEST_LOADING, () => (this.#error = null));
    hls.on("hlsManifestParsed" as Events.MANIFEST_PARSED, () => this.#levelsChanged(true));
    hls.on("hlsLevelsUpdated" as Events.LEVELS_UPDATED, () => this.#levelsChanged());
    hls.on("hlsLevelSwitched" as Events.LEVEL_SWITCHED, (_event, { level }) => {
      this.#quality = qualityOf(hls.levels[level]?.uri ?? "");
      this.#emit("qualitychange", { quality: this.#quality });
      // A paused picture is decoded again only after a seek.
      if (this.#video.paused) this.#video.currentTime = this.#video.currentTime;
    });
    hls.on("hlsError" as Events.ERROR, (_event, error) => this.#hlsError(hls, error));
  }

  #levelsChanged(isStart = false): void {
    if (!this.#isToldByGrant) this.#setQualities((this.hls?.levels ?? []).map(({ uri }) => qualityOf(uri)));
    this.#applyChoice(isStart);
  }

  #applyChoice(isStart: boolean): void {
    const { hls } = this;
    if (hls === null || hls.levels.length === 0 || this.#isLocked(this.#wanted)) return;
    const level = hls.levels.findIndex(({ uri }) => qualityOf(uri) === this.#wanted);
    // Automatic keeps the buffer; a choice is shown at once, so the buffer is dropped.
    if (level === -1) {
      if (!hls.autoLevelEnabled) hls.loadLevel = -1;
    } else if (isStart) hls.loadLevel = level;
    else if (hls.autoLevelEnabled || hls.loadLevel !== level) this.#switchTo(level);
  }

  #isLocked(quality: string | null): boolean {
    return this.#qualities.some(({ name, locked }) => locked && name === quality);
  }

  #hlsError(hls: Hls, error: ErrorData): void {
    if (!error.fatal) return;
    const status = error.response?.code;
    const isRepeated = Date.now() - this.#recoveredAt < RECOVER_AT_MOST_EVERY_MS;
    if (error.type === "mediaError" && !isRepeated) {
      this.#recoveredAt = Date.now();
      hls.recoverMediaError();
    } else if (status === undefined) this.#fail(stoppedBy(error.details));
    else void this.#requestError(error, status);
  }

  async #requestError(error: ErrorData, status: number): Promise<void> {
    if (await this.#session?.recovers(error)) return;
    const { code, title } = readRefusal(status, bodyOf(error.networkDetails));
    this.#fail({ status, code, message: title, fatal: true });
  }

  #nativeError(): void {
    this.#fail(stoppedBy(this.#video.error?.message || "the browser cannot play this"));
  }

  #fail(error: PlayerError): void {
    if (this.#parts.stop.signal.aborted) return;
    if (error.fatal) this.#error = error;
    this.#emit("error", error);
  }

  #emit<E extends keyof PlayerEvents>(name: E, detail: PlayerEvents[E]): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #absolute(masterUrl: string): string {
    return new URL(masterUrl, new URL(this.#parts.server, location.href)).href;
  }
}
