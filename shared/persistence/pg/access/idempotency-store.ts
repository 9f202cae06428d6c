import { type SQL, sql } from "drizzle-orm";
import type {
  BegunRequest,
  IdempotencyClaim,
  IdempotencyStore,
  IdempotentRequest,
  StoredAnswer,
} from "../../../application/ports/idempotency-store.ts";
import { begunRequest } from "../../rows/begun-request.ts";
import { columnsOf, type Database, rowOf } from "../database.ts";
import { idempotencyKey } from "../schema/idempotency.ts";

export function pgIdempotencyStore(db: Database): IdempotencyStore {
  return {
    begin: (request, now) => begin(db, request, now),
    finish: async (claim, answer) => {
      await db.run(storeAnswer(claim, answer));
    },
    abandon: async (claim) => {
      await db.run(sql`DELETE FROM idempotency_key WHERE ${isHeldBy(claim)}`);
    },
    deleteExpired: async (now, limit) => {
      const { changes } = await db.run(sql`WITH expired AS (
          SELECT caller_id, key FROM idempotency_key WHERE expires_at <= ${now} ORDER BY expires_at LIMIT ${limit}
          FOR UPDATE SKIP LOCKED)
        DELETE FROM idempotency_key k USING expired e WHERE k.caller_id = e.caller_id AND k.key = e.key`);
      return changes;
    },
  };
}

/** Also of the transaction of a save. */
export function storeAnswer(claim: IdempotencyClaim, { status, wrappedText, kekId }: StoredAnswer): SQL {
  return sql`UPDATE idempotency_key SET status = ${status}, answer = ${wrappedText}, kek_id = ${kekId}
    WHERE ${isHeldBy(claim)}`;
}

/** The request runs under this claim and has no answer. */
export function isHeldBy({ callerId, key, claimId }: IdempotencyClaim): SQL {
  return sql`caller_id = ${callerId} AND key = ${key} AND claim_id = ${claimId} AND status IS NULL`;
}

/** The insert locks the row also where its condition does not hold, so that the row is there for the read. */
async function begin(db: Database, request: IdempotentRequest, now: number): Promise<BegunRequest> {
  const { callerId, key, claimId, fingerprint, claimedUntil, expiresAt } = request;
  const [, read] = await db.batch([
    sql`INSERT INTO idempotency_key (caller_id, key, fingerprint, claim_id, claimed_until, expires_at)
      VALUES (${callerId}, ${key}, ${fingerprint}, ${claimId}, ${claimedUntil}, ${expiresAt})
      ON CONFLICT (caller_id, key) DO UPDATE SET fingerprint = excluded.fingerprint, claim_id = excluded.claim_id,
        claimed_until = excluded.claimed_until, expires_at = excluded.expires_at, status = NULL, answer = NULL,
        kek_id = NULL
      WHERE idempotency_key.expires_at <= ${now} OR (idempotency_key.status IS NULL
        AND idempotency_key.claimed_until <= ${now} AND idempotency_key.fingerprint = excluded.fingerprint)`,
    sql`SELECT ${columnsOf(idempotencyKey)} FROM idempotency_key WHERE caller_id = ${callerId} AND key = ${key}`,
  ]);
  const [row] = read?.rows ?? [];
  return begunRequest(request, row && rowOf(idempotencyKey, row));
}
