import { logError } from "../log/log.ts";
import type { RevocationFeedReader } from "./revocation-feed.ts";

/** What an isolate has done in one minute at the key endpoint and at token issue. */
export type GateMinute = {
  keys: number;
  tokens: number;
  /** Age of the oldest reading of the feed, and so of what the feed vouches for, by which a key or token was served. */
  oldestMs: number;
  /** Statements that were sent to the database for keys and tokens. */
  statements: number;
  /** Calls of counting objects that failed or took too long. */
  objectErrors: number;
  /** By the code of the answer. */
  readonly refusals: Map<string, number>;
};

export type MinuteReport = Readonly<GateMinute> & { readonly from: number; readonly feedLength: number };

export type GateMinutes = {
  /** The counters to increment at `now` (ms). The first of a minute reports the one before. */
  readonly at: (now: number) => GateMinute;
  readonly served: (what: "keys" | "tokens", now: number) => void;
  readonly refused: (code: string, now: number) => void;
};

/** Counting costs an increment; an isolate that nobody asks any more leaves its last minute unreported. */
export function createGateMinutes(
  report: (minute: MinuteReport) => void,
  feed: Pick<RevocationFeedReader, "length" | "readAt">,
): GateMinutes {
  let from = 0;
  let current = emptyMinute();

  /** Counting must fail no request and no reading. */
  const reported = (ended: Omit<MinuteReport, "feedLength">) => {
    try {
      report({ ...ended, feedLength: feed.length() });
    } catch (error) {
      logError("gate-minute", error);
    }
  };

  const at = (now: number): GateMinute => {
    if (now - from >= 60_000) {
      const ended = { ...current, from };
      from = now - (now % 60_000);
      current = emptyMinute();
      if (ended.from > 0) reported(ended);
    }
    return current;
  };

  return {
    at,
    served: (what, now) => {
      const minute = at(now);
      minute[what]++;
      const age = now - feed.readAt();
      // Nothing is kept where every request reads.
      if (age > minute.oldestMs && age !== Number.POSITIVE_INFINITY) minute.oldestMs = age;
    },
    refused: (code, now) => {
      const { refusals } = at(now);
      refusals.set(code, (refusals.get(code) ?? 0) + 1);
    },
  };
}

function emptyMinute(): GateMinute {
  return { keys: 0, tokens: 0, oldestMs: 0, statements: 0, objectErrors: 0, refusals: new Map() };
}

/** The same port, with `note` called for each of its calls. */
export function noting<Port extends object>(port: Port, note: () => void): Port {
  const noted = Object.entries(port).map(([name, method]) => [
    name,
    (...args: unknown[]) => {
      note();
      return (method as (...args: unknown[]) => unknown)(...args);
    },
  ]);
  return Object.fromEntries(noted) as Port;
}
