import { afterAll, describe, expect, inject, it } from "vitest";
import { STANDARD_JOB_RULES } from "../../shared/domain/job/transcode-job.ts";
import { withFile } from "../../shared/domain/post/video-post.ts";
import { secretId } from "../../shared/lib/random-id.ts";
import { pooledClients } from "../../shared/persistence/pg/clients.ts";
import type { Connect } from "../../shared/persistence/pg/database.ts";
import { pgPersistence } from "../../shared/persistence/pg/persistence.ts";
import { dump } from "../contract/persistence.ts";
import { claim, fenceOf, NOW, onlyPart, reload, savePost } from "../contract/steps.ts";
import { openTestDatabase } from "./pg-persistence.ts";

const SERVERS = { "Postgres 18": inject("postgresNewest"), "Postgres 15": inject("postgresOldest") };

/** As of a pooler that has no connection left for a transaction, and one again for the statement behind it. */
const refusingTransactions =
  (connect: Connect): Connect =>
  (work) =>
    connect((client) =>
      work({ query: (query) => client.query(query.text.startsWith("BEGIN") ? { text: "SELECT 1 / 0" } : query) }),
    );

describe.each(Object.entries(SERVERS))("%s: where a transaction is refused", async (_, server) => {
  if (server === "") return it.skip("needs a server", () => {});
  const { url, open } = await openTestDatabase(server);
  const clients = pooledClients({ connectionString: url, application_name: "test", max: 2 }, () => {});
  afterAll(() => clients.end());
  const refused = pgPersistence(refusingTransactions(clients.connect), STANDARD_JOB_RULES);

  it("carries out nothing of a save, whose guard could not undo the rest", async () => {
    const persistence = await open();
    const { id } = await savePost(persistence);
    const held = await claim(persistence);
    const post = await reload(persistence, id);
    const before = await dump(persistence);
    const change = withFile(post, { ...onlyPart(post), warnings: ["recorded"] }, [], NOW);
    const fence = { ...fenceOf(held), leaseToken: secretId() };
    const saved = refused.posts.save({ ...change, from: post }, NOW, { fence, jobEnd: { kind: "succeed" } });
    await expect(saved).rejects.toThrow("the post could not be saved");
    expect(await dump(persistence)).toStrictEqual(before);
  });
});
