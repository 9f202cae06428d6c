import type Hls from "hls.js";
import type { ErrorData, Events, HlsConfig, Loader, LoaderCallbacks, LoaderConfiguration, LoaderContext } from "hls.js";
import { bodyOf, needsNewToken, type Refusal, readRefusal, urlOf } from "./problem.ts";
import { reloadMaster, replaceLevels } from "./replace-levels.ts";
import { retryWaitMs } from "./retry-wait.ts";
import { isOfSession, timesOf, tokenIn, withToken } from "./session-token-url.ts";

/*
 * Keeps a play session of hls.js valid, for any site: docs/playback-tokens.md, "A session in the page". Served as
 * /watch-assets/session-refresh.js, without hls.js.
 */

export type SessionKeeperOptions = {
  /**
   * Requests a new token from the site when the session is over, revoked or ended elsewhere, for example after the
   * computer slept. Playback continues at its position. Without it the player stops with its error.
   */
  readonly renew?: ((refusal: Refusal | null) => Promise<{ readonly masterUrl: string }>) | undefined;
  /**
   * The session cannot be refreshed any more, or could not begin: the status of the response, and its problem code if
   * present. Called once for each session, whether the refresh or the player's own request is refused first.
   */
  readonly onRefused?: ((status: number, code: string | null) => void) | undefined;
};

export interface SessionKeeper {
  /** The session's newest token; null until the multivariant playlist is loaded. */
  token(): string | null;
  /**
   * Continues with the multivariant playlist of another token, for example of one that allows more: the buffer and the
   * position remain. The former session ends. Rejects with a MasterRefused if the playlist is refused.
   */
  use(masterUrl: string): Promise<void>;
  /**
   * Whether playback continues after an error of hls.js, of which its listeners ask at once: the request was of a former
   * session, or another token replaces the one that was refused. Waits for a token that is on its way.
   */
  recovers(error: ErrorData): Promise<boolean>;
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

type Callbacks = LoaderCallbacks<LoaderContext>;
type LoaderClass = new (config: HlsConfig) => Loader<LoaderContext>;

/** Manages the session of `hls` until it is destroyed. Call it before `loadSource`. */
export function keepSession(hls: Hls, options: SessionKeeperOptions = {}): SessionKeeper {
  let session: Session | null = null;
  let renewedAt = Number.NEGATIVE_INFINITY;
  /** Under way; false if nothing has replaced the token that was refused. */
  let renewal: Promise<boolean> | null = null;
  /** Each token that hls.js was given counts, whether this module or the site has given it. */
  let loads = 0;
  let isDestroyed = false;

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
    loads++;
  };

  const begin = (levelUrl: string | undefined) => {
    session = sessionIn(levelUrl ?? "", Date.now());
    if (session !== null) wait(session, refused);
  };

  const use = async (masterUrl: string) => {
    const isReplaced = await replaceLevels(hls, masterUrl, (levelUrl) => {
      forget();
      begin(levelUrl);
    });
    if (!isDestroyed && !isReplaced) reloadMaster(hls, masterUrl);
  };

  const renew = async (refusal: Refusal | null) => {
    if (options.renew === undefined || Date.now() - renewedAt <= RENEW_AT_MOST_EVERY_MS) return false;
    renewedAt = Date.now();
    const before = loads;
    try {
      const { masterUrl } = await options.renew(refusal);
      // What the site has loaded meanwhile is newer.
      if (isDestroyed || loads !== before) return true;
      if (session !== null) stop(session);
      // An expired session has also made the levels fail one after the other: everything is loaded again.
      if (refusal?.code === "token-revoked") await use(masterUrl);
      else reloadMaster(hls, masterUrl);
      return true;
    } catch {
      return isDestroyed || loads !== before;
    }
  };

  /** One at a time: what is refused meanwhile has the same cause. */
  const track = (started: Promise<boolean>) => {
    renewal = started.finally(() => {
      renewal = null;
    });
  };

  const renewOrReport = async (of: Session | null, refusal: Refusal) => {
    const renewed = needsNewToken(refusal) && (await renew(refusal));
    if (!renewed) report(of, refusal, options);
    return renewed;
  };

  /** Without a session, the multivariant playlist was refused. */
  const refused = (of: Session | null, refusal: Refusal) => {
    if (renewal === null && of === session) track(renewOrReport(of, refusal));
  };

  const onError = (_event: unknown, error: ErrorData) => {
    const { response, networkDetails } = error;
    if (response?.code === undefined) return;
    const refusal = readRefusal(response.code, bodyOf(networkDetails));
    if (session === null) {
      if (needsNewToken(refusal)) refused(null, refusal);
      return;
    }
    // A request with the token of a former session says nothing about this one. hls.js stops for it if it is fatal, which
    // is decided after this.
    if (isStale(networkDetails, session.token)) {
      setTimeout(() => error.fatal && !isDestroyed && hls.startLoad());
      return;
    }
    const isEnded = refusal.code === "session-ended";
    if (session.over || !(isEnded || needsNewToken(refusal))) return;
    if (isEnded) stop(session);
    refused(session, refusal);
  };

  const recovers = async ({ networkDetails }: ErrorData) =>
    (session !== null && isStale(networkDetails, session.token)) || (await renewal) === true;

  const token = () => session?.token ?? null;
  askWithNewest(hls.config, token);
  // hls.js requests the first media playlist before it calls `begin`: with the token in its URL, not that of another session.
  hls.on("hlsManifestLoading" as Events.MANIFEST_LOADING, forget);
  hls.on("hlsManifestLoaded" as Events.MANIFEST_LOADED, (_event, { levels }) => begin(levels[0]?.url));
  hls.on("hlsError" as Events.ERROR, onError);
  const page = new AbortController();
  hls.on("hlsDestroying" as Events.DESTROYING, () => {
    isDestroyed = true;
    page.abort();
    end();
  });
  addEventListener("pagehide", end, { signal: page.signal });
  // Leaving ended the session; a page restored from the cache needs another.
  addEventListener("pageshow", ({ persisted }) => persisted && track(renew(null)), { signal: page.signal });
  return { token, use, recovers, end };
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
    override load(context: LoaderContext, config: LoaderConfiguration, callbacks: Callbacks): void {
      const token = newest();
      const url = token === null ? context.url : withToken(context.url, token);
      const sent = url === context.url ? context : { ...context, url };
      super.load(sent, config, sent === context ? callbacks : givingBack(callbacks, sent, context));
    }
  };
}

/** hls.js stores a key under the URL of the context that it has given, so it gets that context back. */
function givingBack(callbacks: Callbacks, sent: LoaderContext, given: LoaderContext): Callbacks {
  const wrapped = Object.entries(callbacks).map(([name, callback]) => {
    const call = callback as (...args: unknown[]) => void;
    return [name, callback && ((...args: unknown[]) => call(...args.map((one) => (one === sent ? given : one))))];
  });
  return Object.fromEntries(wrapped) as Callbacks;
}

/** Null for clear renditions, which have no session that could be extended. */
function sessionIn(levelUrl: string, now: number): Session | null {
  const token = isOfSession(levelUrl) ? tokenIn(levelUrl) : null;
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

type OnRefused = (session: Session, refusal: Refusal) => void;

function wait(session: Session, refused: OnRefused): void {
  const left = session.refreshAt - Date.now();
  if (session.over || left === Number.POSITIVE_INFINITY) return;
  if (left > 0) session.timer = setTimeout(() => wait(session, refused), Math.min(left, LONGEST_WAIT_MS));
  else void refresh(session).then((refusal) => afterRefresh(session, refusal, refused));
}

function afterRefresh(session: Session, refusal: Refusal | null, refused: OnRefused): void {
  if (refusal !== null && !session.over) refused(session, refusal);
  wait(session, refused);
}

function report(session: Session | null, { status, code }: Refusal, { onRefused }: SessionKeeperOptions): void {
  if (session?.isRefusalReported) return;
  if (session !== null) session.isRefusalReported = true;
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
  const token = response?.ok ? await tokenOf(response) : null;
  if (token !== null) {
    take(session, token);
    return null;
  }
  // One that is cut off says as little as none.
  const answer = response?.ok ? null : response;
  const retryAfterSeconds = Number(answer?.headers.get("retry-after") ?? 0);
  const waitMs = retryWaitMs(answer && { status: answer.status, retryAfterSeconds }, Math.random());
  if (answer === null || waitMs !== null) {
    session.refreshAt = Date.now() + (waitMs ?? 0);
    return null;
  }
  session.refreshAt = Number.POSITIVE_INFINITY;
  return readRefusal(answer.status, await answer.text().catch(() => ""));
}

async function tokenOf(response: Response): Promise<string | null> {
  const body = (await response.json().catch(() => null)) as { token?: string } | null;
  return body?.token ?? null;
}

function take(session: Session, token: string): void {
  const moved = (timesOf(token)?.expiresAt ?? 0) > (timesOf(session.token)?.expiresAt ?? 0);
  session.token = token;
  session.refreshAt = moved ? Date.now() + refreshDelay(token) : Number.POSITIVE_INFINITY;
}

/** Tokens of one session differ after a refresh, so sessions are compared. */
function isStale(networkDetails: unknown, token: string): boolean {
  const asked = timesOf(tokenIn(urlOf(networkDetails)) ?? "");
  return asked !== null && asked.sessionId !== timesOf(token)?.sessionId;
}
