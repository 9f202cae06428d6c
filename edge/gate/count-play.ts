import { isCounted, type PlaybackClaims } from "../../shared/playback-token/claims.ts";
import { CLOCK_SKEW_SECONDS } from "../../shared/playback-token/token-signer.ts";
import { logError } from "../log/log.ts";
import type { CountedPlay, CounterStatus, Play, PlayCounter } from "./play-counter.ts";
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
  readonly sleep: (ms: number) => Promise<unknown>;
};

/** hls.js gives up on a key after 8 s. */
const PATIENCE_MS = 5000;

export function createPlayCounting({ counters, feed, longestSeconds, sleep }: Deps): PlayCounting {
  const stubOf = (name: CountedName) =>
    counters.getByName("tokenId" in name ? `t:${name.tokenId}` : `v:${name.limitedViewerId}`);

  /** A session counts once, so that a call whose answer was lost may be repeated. */
  const call = async <Answer>(name: CountedName, ask: (stub: ReturnType<typeof stubOf>) => Promise<Answer>) => {
    const once = () => ask(stubOf(name));
    const answer = once().catch((error: unknown) => {
      if (isRepeatable(error)) return once();
      throw error;
    });
    const late = sleep(PATIENCE_MS).then((): "away" => "away");
    return Promise.race([answer, late]).catch((error: unknown): "away" => {
      logError("play-counter", error);
      return "away";
    });
  };

  const isRevoked = async ({ claims }: { readonly claims: Play["claims"] }) => {
    const known = feed.isRevoked(claims);
    return known === "unknown" ? feed.askRevoked(claims) : known;
  };

  const count = async (method: "begin" | "refresh", claims: PlaybackClaims, now: number): Promise<CountOutcome> => {
    if (!isCounted(claims)) return "counted";
    const name = counterOf(claims);
    const play = playOf(claims, longestSeconds, now);
    const ask = (more: Partial<Play>) =>
      call(name, async (stub): Promise<CountedPlay> => stub[method]({ ...play, ...more }));
    const first = await ask({});
    if (first === "away" || first.kind !== "limit") return outcomeOf(first);
    // The object does not know the feed: sessions that were revoked give their places up, and the rest is decided then.
    const judged = await Promise.all(first.live.map(async (live) => ((await isRevoked(live)) ? [live.sessionId] : [])));
    const revoked = judged.flat();
    if (revoked.length === 0 && claims.sessionLimit?.overflow === "REFUSE") return "session-limit";
    return outcomeOf(await ask({ revoked }));
  };

  return {
    begin: (claims, now) => count("begin", claims, now),
    refresh: (claims, now) => count("refresh", claims, now),
    end: async (claims, now) => {
      if (!isCounted(claims)) return "done";
      const ended = await call(counterOf(claims), async (stub) => stub.end(claims.sessionId, now));
      return ended === "away" ? "away" : "done";
    },
    status: (name, tokenId, now) => call(name, async (stub): Promise<CounterStatus> => stub.status(tokenId, now)),
  };
}

/** Where sessions are limited, the object of the viewer counts the uses of each token as well. */
export function counterOf({ sessionLimit, viewerId, tokenId }: PlaybackClaims): CountedName {
  return sessionLimit !== null && viewerId !== null ? { limitedViewerId: viewerId } : { tokenId };
}

function playOf(claims: PlaybackClaims, longestSeconds: number, now: number): Play {
  const { tokenId, viewerId, videoPostId, fileIndex, apiKeyId, feedPosition, origin } = claims;
  return {
    claims: { tokenId, viewerId, videoPostId, fileIndex, apiKeyId, feedPosition, origin },
    sessionId: claims.sessionId,
    maxUses: claims.maxUses,
    limit: claims.sessionLimit,
    startedAt: claims.startedAt * 1000,
    expiresAt: claims.expiresAt * 1000,
    // No session of the token lives longer, refreshed or not, whatever two clocks say and whatever the setting was before.
    keepUntil: (Math.max(origin.expiresAt + longestSeconds, claims.expiresAt) + 2 * CLOCK_SKEW_SECONDS + 60) * 1000,
    now,
  };
}

const OUTCOMES = {
  ok: "counted",
  ended: "session-ended",
  "too-late": "token-expired",
  exhausted: "uses-exhausted",
  limit: "session-limit",
} as const satisfies Record<CountedPlay["kind"], CountOutcome>;

function outcomeOf(answer: CountedPlay | "away"): CountOutcome {
  return answer === "away" ? "away" : OUTCOMES[answer.kind];
}

/** What Durable Objects add to the errors of a call. A busy object is not asked again. */
function isRepeatable(error: unknown): boolean {
  const { retryable, durableObjectReset, overloaded } = error as Record<string, unknown>;
  return (retryable === true || durableObjectReset === true) && overloaded !== true;
}
