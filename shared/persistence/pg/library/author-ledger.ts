import { type SQL, sql } from "drizzle-orm";
import type { AuthorLedger, LedgerEntry, LedgerPage, NewReward } from "../../../application/ports/author-ledger.ts";
import type { Database } from "../database.ts";

export function pgAuthorLedger(db: Database): AuthorLedger {
  return {
    reward: async (input) => {
      await db.batch([lockPost(input.videoPostId), rewardOnce(input), reverseIfDeleted(input.videoPostId)]);
    },
    reverse: async (videoPostId) => {
      await db.run(reverseIfDeleted(videoPostId));
    },
    page: (input) => page(db, input),
  };
}

/** The deletion of the post waits until the reward can be read, so that its reversal does not miss it. */
function lockPost(videoPostId: string): SQL {
  return sql`SELECT 1 FROM video_post WHERE id = ${videoPostId} FOR SHARE`;
}

function rewardOnce({ videoPostId, amount, at }: NewReward): SQL {
  return sql`INSERT INTO author_reward (author_id, video_post_id, direction, number, amount, at)
    SELECT author_id, id, 'REWARD', 1, ${amount}::bigint, ${at}::bigint FROM video_post WHERE id = ${videoPostId}
    ON CONFLICT (video_post_id, direction, number) DO NOTHING`;
}

/** Of the reward that is there: in whichever order the two events come, the later one writes this row. */
function reverseIfDeleted(videoPostId: string): SQL {
  return sql`INSERT INTO author_reward (author_id, video_post_id, direction, number, amount, at)
    SELECT r.author_id, r.video_post_id, 'REVERSAL', r.number, r.amount, p.deleted_at
    FROM author_reward r JOIN video_post p ON p.id = r.video_post_id AND p.deleted_at IS NOT NULL
    WHERE r.video_post_id = ${videoPostId} AND r.direction = 'REWARD'
    ON CONFLICT (video_post_id, direction, number) DO NOTHING`;
}

async function page(db: Database, { authorId, after, limit }: LedgerPage) {
  const isBehind = after === null ? sql`` : sql`AND sequence < ${after}`;
  const [entries, totals] = await db.snapshot([
    sql`SELECT sequence, video_post_id AS "videoPostId", direction, amount, at FROM author_reward
      WHERE author_id = ${authorId} ${isBehind} ORDER BY sequence DESC LIMIT ${limit}`,
    sql`SELECT coalesce(sum(CASE direction WHEN 'REWARD' THEN amount ELSE -amount END), 0)::bigint AS balance
      FROM author_reward WHERE author_id = ${authorId}`,
  ]);
  return { entries: (entries?.rows ?? []) as LedgerEntry[], balance: (totals?.rows[0]?.balance ?? 0) as number };
}
