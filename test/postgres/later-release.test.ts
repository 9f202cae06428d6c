import { describe, inject } from "vitest";
import { describeApiKeys } from "../contract/api-keys.ts";
import { describeEncoderJobs } from "../contract/encoder-jobs.ts";
import { describeKeyRotations } from "../contract/key-rotations.ts";
import { describeLibrary } from "../contract/library.ts";
import type { OpenPersistence } from "../contract/persistence.ts";
import { describeUploadTokens } from "../contract/upload-tokens.ts";
import { describeUploads } from "../contract/uploads.ts";
import { describeVideoPostSaves } from "../contract/video-post-saves.ts";
import { describeWebhookDeliveries } from "../contract/webhook-deliveries.ts";
import { openTestDatabase } from "./pg-persistence.ts";

const server = inject("postgresNewest");

/** While a release is replaced, its migrations are there already: each table may have a column that it does not know. */
describe.skipIf(server === "")("a release whose successor has migrated the database", async () => {
  const { open } = server === "" ? { open: noServer } : await openTestDatabase(server);
  let isMigrated = false;
  const openMigrated: OpenPersistence = async () => {
    const persistence = await open();
    if (isMigrated) return persistence;
    isMigrated = true;
    for (const table of await persistence.tables()) {
      await persistence.execute(`ALTER TABLE "${table}" ADD COLUMN of_a_later_release bigint NOT NULL DEFAULT 7`);
    }
    return persistence;
  };
  for (const suite of [
    describeVideoPostSaves,
    describeUploads,
    describeUploadTokens,
    describeApiKeys,
    describeLibrary,
    describeEncoderJobs,
    describeKeyRotations,
    describeWebhookDeliveries,
  ]) {
    suite("Postgres", openMigrated);
  }
});

const noServer: OpenPersistence = () => Promise.reject(new Error("no server"));
