import { and, asc, eq, gt, gte, inArray, isNull, lte, notExists, or, sql } from "drizzle-orm";
import type { Database } from "../../shared/persistence/d1/database.ts";
import { uploadSession } from "../../shared/persistence/d1/schema/jobs.ts";
import { videoFilePost } from "../../shared/persistence/d1/schema/video-post.ts";

/** A row of `upload_session`: sizes and offsets in bytes, times in milliseconds. */
export type UploadSession = typeof uploadSession.$inferSelect;

/** An upload lives this long after its creation, and again after each chunk: 50 GiB take days on a slow line. */
export const UPLOAD_LIFE_MS = 24 * 60 * 60 * 1000;

/** What has expired is kept a little longer, since a post may be made of it at the last moment. */
const REMOVAL_DELAY_MS = 60 * 60 * 1000;

/** The expiry of an upload that is to be removed, whatever the clock says. */
const CONDEMNED = 0;

export async function openUpload(db: Database, session: UploadSession): Promise<void> {
  await db.insert(uploadSession).values(session);
}

/** Null also when it is another owner's: nobody learns which uploads exist. */
export async function findUpload(db: Database, uploadId: string, owner: string): Promise<UploadSession | null> {
  return (await db.select().from(uploadSession).where(ownedBy(uploadId, owner)).get()) ?? null;
}

/** False when a size is known already or fewer bytes are declared than were sent. */
export async function declareUploadSize(
  db: Database,
  input: { uploadId: string; owner: string; size: number },
): Promise<boolean> {
  const declared = await db
    .update(uploadSession)
    .set({
      size: input.size,
      state: sql`CASE WHEN ${uploadSession.offset} = ${input.size} THEN 'COMPLETE' ELSE 'OPEN' END`,
    })
    .where(
      and(
        ownedBy(input.uploadId, input.owner),
        isNull(uploadSession.size),
        sql`${uploadSession.offset} <= ${input.size}`,
      ),
    )
    .returning({ uploadId: uploadSession.uploadId });
  return declared.length === 1;
}

/**
 * Counts a stored chunk, and completes the upload with its last one. False when the offset has moved, the upload has
 * expired or is gone, or the chunk would exceed the size.
 */
export async function advanceUpload(
  db: Database,
  input: { uploadId: string; owner: string; from: number; to: number; now: number },
): Promise<boolean> {
  const advanced = await db
    .update(uploadSession)
    .set({
      offset: input.to,
      state: sql`CASE WHEN ${uploadSession.size} = ${input.to} THEN 'COMPLETE' ELSE 'OPEN' END`,
      expiresAt: input.now + UPLOAD_LIFE_MS,
    })
    .where(
      and(
        ownedBy(input.uploadId, input.owner),
        eq(uploadSession.offset, input.from),
        gt(uploadSession.expiresAt, input.now),
        or(isNull(uploadSession.size), gte(uploadSession.size, input.to)),
      ),
    )
    .returning({ uploadId: uploadSession.uploadId });
  return advanced.length === 1;
}

/**
 * The first step of a removal: from here on nothing is added to the upload, and a removal that stops half-way is
 * finished by the next sweep. Null when there is none or a post uses it.
 */
export async function condemnUpload(db: Database, uploadId: string): Promise<UploadSession | null> {
  const condemned = await db
    .update(uploadSession)
    .set({ expiresAt: CONDEMNED })
    .where(and(eq(uploadSession.uploadId, uploadId), usedByNoPost(db)))
    .returning();
  return condemned[0] ?? null;
}

/** The last step of a removal, after its chunks. */
export async function dropUpload(db: Database, uploadId: string): Promise<void> {
  await db.delete(uploadSession).where(eq(uploadSession.uploadId, uploadId));
}

/**
 * Removes the sessions of those uploads that no part still has to be made of, and returns the ids of these uploads: also
 * of such that had no session any more. One round trip for any number.
 */
export async function dropUploads(db: Database, uploadIds: readonly string[]): Promise<readonly string[]> {
  if (uploadIds.length === 0) return [];
  const free = sql`SELECT value FROM json_each(${JSON.stringify(uploadIds)}) WHERE NOT EXISTS (
    SELECT 1 FROM video_file_post f JOIN video_post p ON p.id = f.video_id
    WHERE f.upload_id = value AND p.deleted_at IS NULL AND f.transfer_result <> 'SUCCESS')`;
  const [rows] = await db.batch([
    db.select({ uploadId: sql<string>`value` }).from(sql`(${free})`),
    db.delete(uploadSession).where(sql`${uploadSession.uploadId} IN (${free})`),
  ]);
  return rows.map(({ uploadId }) => uploadId);
}

/** Ids of uploads, complete or not, whose time is over and which no post uses; the oldest first. */
export async function listRemovableUploads(db: Database, now: number, limit: number): Promise<readonly string[]> {
  const rows = await db
    .select({ uploadId: uploadSession.uploadId })
    .from(uploadSession)
    .where(
      and(
        // Both states are named so that the index on (state, expires_at) serves the sweep.
        inArray(uploadSession.state, ["OPEN", "COMPLETE"]),
        lte(uploadSession.expiresAt, now - REMOVAL_DELAY_MS),
        usedByNoPost(db),
      ),
    )
    .orderBy(asc(uploadSession.expiresAt))
    .limit(limit);
  return rows.map((row) => row.uploadId);
}

function ownedBy(uploadId: string, owner: string) {
  return and(eq(uploadSession.uploadId, uploadId), eq(uploadSession.owner, owner));
}

function usedByNoPost(db: Database) {
  const use = db.select({ one: sql`1` }).from(videoFilePost).where(eq(videoFilePost.uploadId, uploadSession.uploadId));
  return notExists(use);
}
