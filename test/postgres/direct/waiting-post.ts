import type { Persistence } from "../../../shared/application/persistence.ts";
import type { TestPersistence } from "../../contract/persistence.ts";
import { onlyPart, savePost } from "../../contract/steps.ts";

/** A post whose only part waits to be transcoded from a complete upload. */
export async function saveWaitingPost(persistence: Persistence): Promise<void> {
  const now = Date.now();
  const { source } = onlyPart(await savePost(persistence as TestPersistence, { now }));
  if (source.kind !== "upload") throw new Error(source.kind);
  const { uploadId } = source;
  await persistence.uploads.open({
    ...{ uploadId, owner: "editor", metadata: {}, tokenId: null, maxDurationSeconds: null },
    ...{ multipartId: null, partSize: null, size: 1000, offset: 1000, state: "COMPLETE" },
    ...{ tempPath: `uploads/${uploadId}/`, createdAt: now, expiresAt: now + 3_600_000 },
  });
}
