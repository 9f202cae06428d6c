import { isCounted, type PlaybackClaims } from "../../shared/playback-token/claims.ts";
import { CLOCK_SKEW_SECONDS } from "../../shared/playback-token/token-signer.ts";
import { logError } from "../log/log.ts";
import { sleepInParts } from "./freshness.ts";
import { type Play, toCall } from "./play-call.ts";
import type { CountedPlay, CounterStatus, LiveSession, PlayCounter } from "./play-counter.ts";
import type { RevocationFeedReader } from "./revocation-feed.ts";

export type CountRefusal = "session-ended" | "token-expired" | "uses-exhausted" | "session-limit";
export type CountOutcome = "counted" | CountRefusal | "away";

/** The play sessions of counted tokens. For a token without limits every method answers at once and asks nothing. */
export type PlayCounting = {
  readonly begin: (claims: PlaybackClaims, now: number) => Promise<CountOutcome>;
  readonly refresh: (claims: PlaybackClaims, now: number) => Promise<CountOutcome>;
  readonly end: (claims: PlaybackClaims, now: number) => Promise<"done" | "away">;
  /** Null where nothing was ever counted or the token counts nothing. */
  readonly status: (counted: CountedName, tokenId: string, now: number) => Promise<CounterStatus | "away">;
};

/** What names a counting object. */
export type CountedName = { readonly tokenId: string } | { readonly limitedViewerId: string };

type Deps = {
  readonly counters: DurableObjectNamespace<PlayCounter>;
  readonly feed: Pick<RevocationFeedReader, "isRevoked" | "askRevoked">;
  readonly longestSeconds: number;
  /** Called for each call that failed or took too long. */
  readonly onAway: () => void;
  readonly sleep: (ms: number) => Promise<unknown>;
};

/** hls.js gives up on a key after 8 s. */
const PATIENCE_MS = 5000;

export function createPlayCounting({ counters, feed, longestSeconds, sleep, onAway }: Deps): PlayCounting {
  const stubOf = (name: CountedName) =>
    counters.getByName("tokenId" in name ? `t:${name.tokenId}` : `v:${name.limitedViewerId}`);

  /** A session counts once, so that a call whose answer was lost may be repeated. */
  const call = async <Answer>(name: CountedName, ask: (stub: ReturnType<typeof stubOf>) => Promise<Answer>) => {
    const once = () => ask(stubOf(name));
    return once().catch((error: unknown) => {
      if (isRepeatable(error)) return once();
      throw error;
    });
  };

  /** Whatever it asks, and however often: a request waits no longer. */
  const inTime = async <Answer>(work: Promise<Answer>): Promise<Answer | "away"> => {
    const late = sleepInParts(PATIENCE_MS, sleep).then((): "away" => "away");
    const reached = await Promise.race([work, late]).catch((error: unknown): "away" => {
      logError("play-counter", error);
      return "away";
    });
    if (reached === "away") onAway();
    return reached;
  };

  /** Those that memory decides, and the others by one statement. */
  const revokedOf = async (live: readonly LiveSession[]): Promise<string[]> => {
    const unknown = live.filter(({ claims }) => feed.isRevoked(claims) === "unknown");
    const answers = unknown.length === 0 ? [] : await feed.askRevoked(unknown.map(({ claims }) => claims));
    const asked = new Set(unknown.filter((_, n) => answers[n]));
    return live
      .filter((session) => asked.has(session) || feed.isRevoked(session.claims) === true)
      .map(({ sessionId }) => sessionId);
  };

  const countAt = async (method: "begin" | "refresh", claims: PlaybackClaims, now: number): Promise<CountOutcome> => {
    const name = counterOf(claims);
    const play = playOf(claims, longestSeconds, now);
    const ask = (more: Partial<Play>) =>
      call(name, async (stub): Promise<CountedPlay> => stub[method](...toCall({ ...play, ...more })));
    const first = await ask({});
    if (typeof first === "string") return OUTCOMES[first];
    // The object does not know the feed: sessions that were revoked give their places up, and the rest is decided then.
    const revoked = await revokedOf(first.live);
    if (revoked.length === 0 && claims.sessionLimit?.overflow === "REFUSE") return "session-limit";
    const second = await ask({ revoked });
    return typeof second === "string" ? OUTCOMES[second] : "session-limit";
  };

  const count = async (method: "begin" | "refresh", claims: PlaybackClaims, now: number): Promise<CountOutcome> =>
    isCounted(claims) ? inTime(countAt(method, claims, now)) : "counted";

  return {
    begin: (claims, now) => count("begin", claims, now),
    refresh: (claims, now) => count("refresh", claims, now),
    end: async (claims, now) => {
      if (!isCounted(claims)) return "done";
      const ended = await inTime(call(counterOf(claims), async (stub) => stub.end(claims.sessionId, now)));
      return ended === "away" ? "away" : "done";
    },
    status: (name, tokenId, now) =>
      inTime(call(name, async (stub): Promise<CounterStatus> => stub.status(tokenId, now))),
  };
}

/** Where sessions are limited, the object of the viewer counts the uses of each token as well. */
export function counterOf({ sessionLimit, viewerId, tokenId }: PlaybackClaims): CountedName {
  return sessionLimit !== null && viewerId !== null ? { limitedViewerId: viewerId } : { tokenId };
}

function playOf(claims: PlaybackClaims, longestSeconds: number, now: number): Play {
  const { tokenId, viewerId, videoPostId, fileIndex, apiKeyId, feedPosition, origin } = claims;
  // Of the session, refreshed or not. A use counts until the end of any session that its token may start.
  const lastEnd = (claims.maxUses === null ? claims.startedAt : origin.expiresAt) + longestSeconds;
  return {
    claims: { tokenId, viewerId, videoPostId, fileIndex, apiKeyId, feedPosition, origin },
    sessionId: claims.sessionId,
    maxUses: claims.maxUses,
    limit: claims.sessionLimit,
    startedAt: claims.startedAt * 1000,
    expiresAt: claims.expiresAt * 1000,
    // Whatever two clocks say, and whatever the setting was before.
    keepUntil: (Math.max(lastEnd, claims.expiresAt) + 2 * CLOCK_SKEW_SECONDS + 60) * 1000,
    now,
  };
}

const OUTCOMES = {
  ok: "counted",
  ended: "session-ended",
  "too-late": "token-expired",
  exhausted: "uses-exhausted",
  full: "session-limit",
} as const satisfies Record<Extract<CountedPlay, string>, CountOutcome>;

/** What Durable Objects add to the errors of a call. A busy object is not asked again. */
function isRepeatable(error: unknown): boolean {
  const { retryable, durableObjectReset, overloaded } = error as Record<string, unknown>;
  return (retryable === true || durableObjectReset === true) && overloaded !== true;
}
