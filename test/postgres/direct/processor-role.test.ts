import { randomUUID } from "node:crypto";
import { expect, inject, it } from "vitest";
import { seededRandom } from "../../fixtures/seeded-random.ts";
import { openTestDatabase } from "../pg-persistence.ts";
import { startInternalWorker } from "./internal-worker.ts";
import { openDirect } from "./open-direct.ts";
import { startRestless } from "./restless-processors.ts";
import { saveWaitingPost } from "./waiting-post.ts";

/** Of docs/postgres.md, "Roles and connections": what only the Worker uses. */
const OF_WORKER = [
  ...["api_key", "audit_event", "idempotency_key", "upload_token"],
  ...["webhook_attempt", "webhook_delivery", "webhook_endpoint", "webhook_secret"],
];

const database = await openTestDatabase(inject("postgresNewest"));

it("a processor does its jobs with a role that cannot read or write what only the Worker uses", async () => {
  const persistence = await database.open();
  const role = `processor_${randomUUID().slice(0, 8)}`;
  await persistence.execute(`CREATE ROLE ${role} LOGIN PASSWORD 'processor'`);
  try {
    await persistence.execute(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role}`);
    await persistence.execute(`REVOKE ALL ON ${OF_WORKER.join(", ")} FROM ${role}`);
    for (let n = 0; n < 2; n++) await saveWaitingPost(persistence);
    const ends: string[] = [];
    const url = Object.assign(new URL(database.url), { username: role, password: "processor" }).href;
    const { fetch } = startInternalWorker(persistence, Date.now);
    const processor = startRestless({
      owner: "processor",
      ...{ url, fetch },
      random: seededRandom(7),
      onEnd: (_, end) => ends.push(end),
      ...{ lost: 0, workMs: 0 },
    });
    await expect.poll(() => ends.length).toBeGreaterThanOrEqual(4);
    await processor.stop();
    expect(ends).toEqual(["recorded", "recorded", "recorded", "recorded"]);
    const { service, settled, end } = openDirect({ url, fetch });
    expect(await service.scan()).toMatchObject({ requeued: 0 });
    expect(await service.usesOfPrefixes(["uploads/0123456789abcdefghijkl/"])).toHaveLength(1);
    await settled();
    await end();
  } finally {
    await persistence.execute(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
});
