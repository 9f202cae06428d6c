import type Hls from "hls.js";
import type { ErrorData, Events, HlsConfig, Loader, LoaderContext, ManifestLoadedData } from "hls.js";
import { bodyOf, needsNewToken, type Refusal, readRefusal } from "./problem.ts";
import { retryWaitMs } from "./retry-wait.ts";
import { timesOf, tokenIn, withToken } from "./session-token-url.ts";

/*
 * Keeps a play session of hls.js valid, for any site: docs/playback-tokens.md, "A session in the page". Served as
 * /watch-assets/session-refresh.js, without hls.js.
 */

export type SessionKeeperOptions = {
  /**
   * Requests a new token from the site when the session is over, revoked or ended elsewhere, for example after the
   * computer slept. Playback continues at its position. Without it the player stops with its error.
   */
  readonly renew?: (() => Promise<{ readonly masterUrl: string }>) | undefined;
  /**
   * The session cannot be refreshed any more: the status of the response, and its problem code if present. Called once
   * for each session, whether the refresh or the player's own request is refused first.
   */
  readonly onRefused?: ((status: number, code: string | null) => void) | undefined;
};

export interface SessionKeeper {
  /** The session's newest token; null until the multivariant playlist is loaded. */
  token(): string | null;
  /** Ends the session on the server, so that a session limit no longer counts it. Also called when the page is left. */
  end(): void;
}

/** The fraction of a token's lifetime after which it is refreshed: early, so that there is time to retry. */
const REFRESH_AFTER = 0.5;
/** Timers stop while the computer sleeps, so no wait is longer than this. */
const LONGEST_WAIT_MS = 30_000;
/** A session that is over is replaced; one that ends again within this time has another cause than time. */
const RENEW_AT_MOST_EVERY_MS = 15_000;

type Session = {
  token: string;
  readonly endpoint: string;
  /** By this machine's clock, in milliseconds; infinite if no refresh can move the end. */
  refreshAt: number;
  timer: ReturnType<typeof setTimeout> | undefined;
  over: boolean;
  isRefusalReported: boolean;
};

type LoaderClass = new (config: HlsConfig) => Loader<LoaderContext>;

/** Manages the session of `hls` until it is destroyed. Call it before `loadSource`. */
export function keepSession(hls: Hls, options: SessionKeeperOptions = {}): SessionKeeper {
  let session: Session | null = null;
  let renewedAt = Number.NEGATIVE_INFINITY;

  const end = () => {
    if (session === null || session.over) return;
    stop(session);
    const body = JSON.stringify({ token: session.token });
    // A beacon outlives the page; the browser refuses it if too many are waiting.
    if (!navigator.sendBeacon(`${session.endpoint}/end`, body)) {
      fetch(`${session.endpoint}/end`, { method: "POST", body, keepalive: true }).catch(() => {});
    }
  };

  const forget = () => {
    end();
    session = null;
  };

  const begin = (data: ManifestLoadedData) => {
    session = sessionIn(data.levels[0]?.url ?? "", Date.now());
    if (session !== null) wait(session, options);
  };

  const renew = async () => {
    if (options.renew === undefined || Date.now() - renewedAt <= RENEW_AT_MOST_EVERY_MS) return;
    renewedAt = Date.now();
    const { masterUrl } = await options.renew();
    if (session !== null) stop(session);
    goOnWith(hls, masterUrl);
  };

  const onError = (_event: unknown, { response, networkDetails }: ErrorData) => {
    if (response?.code === undefined || session?.over === true) return;
    const refusal = readRefusal(response.code, bodyOf(networkDetails));
    if (needsNewToken(refusal)) renew().catch(() => {});
    else if (refusal.code === "session-ended" && session !== null) {
      stop(session);
      report(session, refusal, options);
    }
  };

  const token = () => session?.token ?? null;
  askWithNewest(hls.config, token);
  // hls.js requests the first media playlist before it calls `begin`: with the token in its URL, not that of another session.
  hls.on("hlsManifestLoading" as Events.MANIFEST_LOADING, forget);
  hls.on("hlsManifestLoaded" as Events.MANIFEST_LOADED, (_event, data) => begin(data));
  hls.on("hlsError" as Events.ERROR, onError);
  const page = new AbortController();
  hls.on("hlsDestroying" as Events.DESTROYING, () => {
    page.abort();
    end();
  });
  addEventListener("pagehide", end, { signal: page.signal });
  // Leaving ended the session; a page restored from the cache needs another.
  addEventListener("pageshow", ({ persisted }) => persisted && renew().catch(() => {}), { signal: page.signal });
  return { token, end };
}

/** hls.js reads these for each request; a site may have its own loader for playlists. */
function askWithNewest(config: HlsConfig, newest: () => string | null): void {
  config.loader = tokenLoader(config.loader as LoaderClass, newest);
  if (config.pLoader === undefined) return;
  config.pLoader = tokenLoader(config.pLoader as unknown as LoaderClass, newest) as never;
}

/** The loader of hls.js or the site: playlists and keys are requested with the newest token. */
function tokenLoader(Standard: LoaderClass, newest: () => string | null): LoaderClass {
  return class TokenLoader extends Standard {
    override load(context: LoaderContext, ...rest: [never, never]): void {
      const token = newest();
      if (token !== null) context.url = withToken(context.url, token);
      super.load(context, ...rest);
    }
  };
}

function sessionIn(levelUrl: string, now: number): Session | null {
  const token = tokenIn(levelUrl);
  const times = token === null ? null : timesOf(token);
  if (token === null || times === null) return null;
  const endpoint = new URL("/video/enc/session", levelUrl).href;
  const refreshAt = now + refreshDelay(token);
  return { token, endpoint, refreshAt, timer: undefined, over: false, isRefusalReported: false };
}

/** The server has just made the token, so its lifetime starts now by this machine's clock, whatever that shows. */
function refreshDelay(token: string): number {
  const times = timesOf(token);
  return times === null ? Number.POSITIVE_INFINITY : (times.expiresAt - times.issuedAt) * 1000 * REFRESH_AFTER;
}

function wait(session: Session, options: SessionKeeperOptions): void {
  const left = session.refreshAt - Date.now();
  if (session.over || left === Number.POSITIVE_INFINITY) return;
  if (left > 0) session.timer = setTimeout(() => wait(session, options), Math.min(left, LONGEST_WAIT_MS));
  else void refresh(session).then((refusal) => afterRefresh(session, refusal, options));
}

function afterRefresh(session: Session, refusal: Refusal | null, options: SessionKeeperOptions): void {
  if (refusal !== null && !session.over) report(session, refusal, options);
  wait(session, options);
}

function report(session: Session, { status, code }: Refusal, { onRefused }: SessionKeeperOptions): void {
  if (session.isRefusalReported) return;
  session.isRefusalReported = true;
  onRefused?.(status, code);
}

function stop(session: Session): void {
  session.over = true;
  clearTimeout(session.timer);
}

/** Null unless the response is final. A transient fault is retried: there is time until the token ends. */
async function refresh(session: Session): Promise<Refusal | null> {
  const body = JSON.stringify({ token: session.token });
  // text/plain instead of application/json avoids a preflight.
  const response = await fetch(session.endpoint, { method: "POST", body }).catch(() => null);
  if (response?.ok) {
    take(session, ((await response.json()) as { token: string }).token);
    return null;
  }
  const retryAfterSeconds = Number(response?.headers.get("retry-after") ?? 0);
  const waitMs = retryWaitMs(response && { status: response.status, retryAfterSeconds }, Math.random());
  if (response === null || waitMs !== null) {
    session.refreshAt = Date.now() + (waitMs ?? 0);
    return null;
  }
  session.refreshAt = Number.POSITIVE_INFINITY;
  return readRefusal(response.status, await response.text().catch(() => ""));
}

function take(session: Session, token: string): void {
  const moved = (timesOf(token)?.expiresAt ?? 0) > (timesOf(session.token)?.expiresAt ?? 0);
  session.token = token;
  session.refreshAt = moved ? Date.now() + refreshDelay(token) : Number.POSITIVE_INFINITY;
}

/** Loads another multivariant playlist in the same player, at the same position and in the same state. */
function goOnWith(hls: Hls, masterUrl: string): void {
  const { media } = hls;
  const playing = media !== null && !media.paused && !media.ended;
  const position = media?.currentTime ?? 0;
  if (media !== null) hls.config.startPosition = position;
  const play = () => void media?.play().catch(() => {});
  // hls.js seeks once the first segment is loaded; playing earlier would show the beginning for a moment.
  if (playing && position > 0) media.addEventListener("seeked", play, { once: true });
  else if (playing) hls.once("hlsManifestParsed" as Events.MANIFEST_PARSED, play);
  hls.loadSource(masterUrl);
}
