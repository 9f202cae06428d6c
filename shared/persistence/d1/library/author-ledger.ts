import { and, desc, eq, lt, type SQL, sql } from "drizzle-orm";
import type { AuthorLedger, LedgerPage, NewReward } from "../../../application/ports/author-ledger.ts";
import { batched, type Database } from "../database.ts";
import { authorReward as row } from "../schema/library.ts";

export function d1AuthorLedger(db: Database): AuthorLedger {
  return {
    reward: async (input) => {
      await db.batch([batched(db, rewardOnce(input)), batched(db, reverseIfDeleted(input.videoPostId))]);
    },
    reverse: async (videoPostId) => {
      await db.run(reverseIfDeleted(videoPostId));
    },
    page: (input) => page(db, input),
  };
}

function rewardOnce({ videoPostId, amount, at }: NewReward): SQL {
  return sql`INSERT INTO author_reward (author_id, video_post_id, direction, number, amount, at)
    SELECT author_id, id, 'REWARD', 1, ${amount}, ${at} FROM video_post WHERE id = ${videoPostId}
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
  const { sequence, videoPostId, direction, amount, at } = row;
  const own = eq(row.authorId, authorId);
  const signed = sql<number>`coalesce(sum(CASE ${direction} WHEN 'REWARD' THEN ${amount} ELSE -${amount} END), 0)`;
  const [entries, totals] = await db.batch([
    db
      .select({ sequence, videoPostId, direction, amount, at })
      .from(row)
      .where(and(own, after === null ? undefined : lt(sequence, after)))
      .orderBy(desc(sequence))
      .limit(limit),
    db.select({ balance: signed }).from(row).where(own),
  ]);
  return { entries, balance: totals[0]?.balance ?? 0 };
}
