import pg from "pg";
import { expect, inject, it } from "vitest";
import { deleteVideoPost } from "../../shared/application/commands/edit-video-post.ts";
import { barePost } from "../contract/sample-posts.ts";
import { NOW } from "../contract/steps.ts";
import { openTestDatabase } from "./pg-persistence.ts";

const { open, url } = await openTestDatabase(inject("postgresNewest"));

/** Every commit of a reward waits while another session has the lock. */
const PAUSED_COMMITS = `
  CREATE FUNCTION paused() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END $$;
  CREATE CONSTRAINT TRIGGER paused AFTER INSERT ON author_reward DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION paused();`;

it("a deletion does not miss a reward that is not committed yet", async () => {
  const persistence = await open();
  const console = new pg.Client({ connectionString: url });
  await console.connect();
  const waiting = async () => {
    const { rows } = await console.query(`SELECT count(*)::int AS n FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`);
    return rows[0].n as number;
  };
  await console.query(PAUSED_COMMITS);
  const post = { ...barePost, id: "post", authorId: "author", version: 0, files: [] };
  await persistence.posts.save({ from: null, post, events: [], jobs: [] }, NOW);

  await console.query("SELECT pg_advisory_lock(1)");
  const rewarded = persistence.ledger.reward({ videoPostId: "post", amount: 50, at: NOW });
  while ((await waiting()) < 1);
  let isDeleted = false;
  const seen = { videoPostId: "post", seenVersion: null };
  const deleted = deleteVideoPost(persistence.posts, seen, "tester", NOW)
    .then(() => persistence.ledger.reverse("post"))
    .finally(() => {
      isDeleted = true;
    });
  while (!isDeleted && (await waiting()) < 2);
  await console.query("SELECT pg_advisory_unlock(1)");
  await Promise.all([rewarded, deleted]);
  await console.end();

  const { entries, balance } = await persistence.ledger.page({ authorId: "author", after: null, limit: 10 });
  expect([entries.map(({ direction }) => direction), balance]).toEqual([["REVERSAL", "REWARD"], 0]);
});
