import { createTemplateCache } from "../playlist-template/template-cache.ts";
import { type Cell, emptyCell, type FreshnessRules, freshValue, type GateClock, type Later } from "./freshness.ts";
import type { RevocableClaims, RevocationFeedReader } from "./revocation-feed.ts";

/** Tokens that are older than the rows in memory: what the database has answered about each. */
export type OldTokens = {
  readonly isRevoked: (claims: RevocableClaims, later: Later) => Promise<boolean | "away">;
};

type Answer = {
  readonly isRevoked: boolean;
  /** Of the feed before the question: later rows come into memory as they do for every token. */
  readonly position: number;
};

const MOST_BYTES = 2 ** 20;
const CELL_BYTES = 300;

/** One question for each token and not for each of its requests. */
export function createOldTokens(
  feed: Pick<RevocationFeedReader, "position" | "coveredFrom" | "askRevoked">,
  rules: FreshnessRules,
  clock: GateClock,
): OldTokens {
  const cells = createTemplateCache<Cell<Answer>>(MOST_BYTES);

  const cellOf = (tokenId: string): Cell<Answer> => {
    const known = cells.get(tokenId);
    if (known !== undefined) return known;
    const cell = emptyCell<Answer>();
    cells.put(tokenId, cell, CELL_BYTES);
    return cell;
  };

  /** An answer counts while every later row is in memory. */
  const rulesOf = ({ value }: Cell<Answer>): FreshnessRules => {
    if (rules.freshMs === 0) return rules;
    const counts = value !== undefined && (value.isRevoked || value.position >= feed.coveredFrom());
    const ms = counts ? Number.POSITIVE_INFINITY : -1;
    return { freshMs: ms, staleMs: ms };
  };

  return {
    isRevoked: async (claims, later) => {
      const cell = cellOf(claims.tokenId);
      const read = async (): Promise<Answer> => {
        const position = feed.position();
        const [isRevoked = true] = await feed.askRevoked([claims]);
        return { isRevoked, position };
      };
      const answer = await freshValue(cell, () => rulesOf(cell), read, clock, later);
      return answer === "away" ? "away" : answer.isRevoked;
    },
  };
}
