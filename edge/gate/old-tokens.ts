import { createTemplateCache } from "../playlist-template/template-cache.ts";
import { emptyCell, type FreshnessRules, freshValue, type GateClock, type Later } from "./freshness.ts";
import { MOST_ASKED, type RevocableClaims, type RevocationFeedReader } from "./revocation-feed.ts";

/** Tokens that are older than the rows in memory: what the database has answered about each. */
export type OldTokens = {
  readonly isRevoked: (claims: RevocableClaims, later: Later) => Promise<boolean | "away">;
};

type Answer = {
  readonly isRevoked: boolean;
  /** Of the feed before the question: later rows come into memory as they do for every token. */
  readonly position: number;
};

/** For about 16,000 tokens. */
const MOST_BYTES = 2 ** 22;
/** The answer and its entry in the cache, beside the id. */
const ANSWER_BYTES = 180;
/** In ms: a question waits for those that come with it, however quickly the database answers. */
const GATHER_MS = 20;
/** In ms, after a question that failed. */
const RETRY_MS = 250;

/**
 * One question for each token and not for each of its requests, and one statement at a time: it asks about every token
 * that waits by then. An audience of old tokens thereby costs statements by time and not by viewers.
 */
export function createOldTokens(
  feed: Pick<RevocationFeedReader, "position" | "coveredFrom" | "askRevoked">,
  rules: FreshnessRules,
  clock: GateClock,
): OldTokens {
  const answers = createTemplateCache<Answer>(MOST_BYTES);
  const waiting = new Map<string, RevocableClaims>();
  /** Of the questions and not of the answers: when the last was asked, and whether it failed. */
  const question = emptyCell<true>();

  /** An answer counts while every later row is in memory. */
  const answerOf = ({ tokenId }: RevocableClaims): Answer | undefined => {
    const answer = answers.get(tokenId);
    return answer !== undefined && (answer.isRevoked || answer.position >= feed.coveredFrom()) ? answer : undefined;
  };

  const ask = async (claims: RevocableClaims): Promise<true> => {
    await clock.sleep(GATHER_MS);
    // The request that asks comes first, whatever the length of the queue.
    waiting.delete(claims.tokenId);
    const asked = [claims, ...waiting.values()].slice(0, MOST_ASKED);
    const position = feed.position();
    try {
      const revoked = await feed.askRevoked(asked);
      asked.forEach(({ tokenId }, n) => {
        answers.put(tokenId, { isRevoked: revoked[n] ?? true, position }, ANSWER_BYTES);
        waiting.delete(tokenId);
      });
    } catch (error) {
      // The requests that wait get 503 now.
      waiting.clear();
      throw error;
    }
    return true;
  };

  const askAlone = async (claims: RevocableClaims, later: Later) => {
    const read = async () => (await feed.askRevoked([claims]))[0] ?? true;
    return freshValue(emptyCell<boolean>(), () => rules, read, clock, later);
  };

  return {
    isRevoked: async (claims, later) => {
      if (rules.freshMs === 0) return askAlone(claims, later);
      const known = answerOf(claims);
      if (known !== undefined) return known.isRevoked;
      waiting.set(claims.tokenId, claims);
      const answered = () => {
        const ms = answerOf(claims) === undefined ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
        return { freshMs: ms, staleMs: ms, retryMs: RETRY_MS };
      };
      const outcome = await freshValue(question, answered, () => ask(claims), clock, later);
      return outcome === "away" ? "away" : (answerOf(claims)?.isRevoked ?? "away");
    },
  };
}
