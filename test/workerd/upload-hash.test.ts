import { describe, expect, it } from "vitest";
import { openDatabase } from "../../shared/persistence/d1/database.ts";
import { uploadSession } from "../../shared/persistence/d1/schema/jobs.ts";
import { getUploadSessionTempPath } from "../../shared/persistence/d1/upload-queries.ts";
import { testEnv } from "./test-env.ts";

const db = openDatabase(testEnv.DB);

async function sha256Of(metadata: Record<string, string | null>): Promise<string | null | undefined> {
  const uploadId = crypto.randomUUID();
  const session = { owner: "alice", size: 3, offset: 3, tempPath: `uploads/${uploadId}/`, state: "COMPLETE" as const };
  await db.insert(uploadSession).values({ ...session, uploadId, metadata, expiresAt: 2, createdAt: 1 });
  return (await getUploadSessionTempPath(db, uploadId))?.sha256;
}

describe("the hash that a client gives with an upload", () => {
  const hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  it("is found in its metadata, in either case", async () => {
    expect(await sha256Of({ filename: "a.mp4", sha256: hex })).toBe(hex);
    expect(await sha256Of({ sha256: hex.toUpperCase() })).toBe(hex);
  });

  it("is none when it is left out or is something else", async () => {
    expect(await sha256Of({ filename: "a.mp4" })).toBeNull();
    expect(await sha256Of({ sha256: "abc" })).toBeNull();
    expect(await sha256Of({ sha256: null })).toBeNull();
  });
});
