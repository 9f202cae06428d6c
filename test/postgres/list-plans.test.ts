import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { EncoderJobFilter } from "../../shared/application/ports/encoder-jobs.ts";
import type { VideoPostFilter } from "../../shared/application/ports/video-post-queries.ts";
import { earliestUuidV7 } from "../../shared/lib/random-id.ts";
import { pooledClients, withOneClient } from "../../shared/persistence/pg/clients.ts";
import { openTestDatabase } from "./pg-persistence.ts";
import { costsOf } from "./query-plans.ts";

const server = inject("postgresNewest");

const POSTS = 4000;
/** One post a second; `rare` values are those of the oldest posts alone, so that a reading by id comes to them last. */
const FIRST = Date.UTC(2026, 0, 1);
const OLDEST = 20;
const limit = 10;

/** The row at `n` of each table, with ids that start with their time. */
const uuid = (n: string) => `substr(lpad(to_hex(${FIRST}::bigint + ${n} * 1000), 12, '0'), 1, 8) || '-'
  || substr(lpad(to_hex(${FIRST}::bigint + ${n} * 1000), 12, '0'), 9, 4) || '-7000-8000-' || lpad(${n}::text, 12, '0')`;
const rareOr = (value: string) => `CASE WHEN n <= ${OLDEST} THEN 'rare' ELSE ${value} END`;
const ROWS = [
  `INSERT INTO video_post (id, author_id, title, title_folded, title_folded_from, slug, description, resource_type,
      status, interaction, access, auto_publish, duration, version, next_file_index, created_at, updated_at, deleted_at)
    SELECT ${uuid("n")}, ${rareOr("'author-' || n % 5")}, ${rareOr("'Film ' || n")}, ${rareOr("'film ' || n")},
      ${rareOr("'Film ' || n")}, ${rareOr("'film-' || n % 5")}, '', CASE WHEN n <= ${OLDEST} THEN 'AUDIO' ELSE 'VIDEO' END,
      CASE WHEN n <= ${OLDEST} THEN 'REJECTED' WHEN n % 50 = 0 THEN 'DELETED' ELSE 'PUBLISHED' END, '{}', 'POLICY', true,
      60, 1, 1, n, n, CASE WHEN n % 50 = 0 AND n > ${OLDEST} THEN n END
    FROM generate_series(1, ${POSTS}) n`,
  `INSERT INTO video_file_post (id, video_id, file_index, position, upload_id, file_name, transfer_result,
      encrypt_status, warnings, created_at)
    SELECT 'file-' || n, ${uuid("n")}, 0, 0, 'upload-' || n, 'a.mp4', 'TRANSCODING', 'UNENCRYPTED', '[]', n
    FROM generate_series(1, ${POSTS}) n`,
  `INSERT INTO encoder_job (job_id, video_post_id, file_id, slug, title, resource_type, caller_id, created_at)
    SELECT ${uuid("n")}, ${uuid("n")}, 'file-' || n, ${rareOr("'film-' || n % 5")}, 'A film',
      CASE WHEN n <= ${OLDEST} THEN 'AUDIO' ELSE 'VIDEO' END, ${rareOr("'caller-' || n % 5")}, n
    FROM generate_series(1, ${POSTS}) n`,
  `INSERT INTO video_transcode_job (job_id, video_post_id, file_id, kind, state, claim_no, attempt, max_attempts,
      run_after, cancel_requested, created_at, updated_at)
    SELECT ${uuid("n")}, ${uuid("n")}, 'file-' || n, 'TRANSCODE', 'QUEUED', 0, 0, 3, n, false, n, n
    FROM generate_series(1, ${POSTS}) n`,
  `INSERT INTO video_post_revision (video_post_id, version, save_id, events, lease_guard, created_at, dispatched_at)
    SELECT ${uuid("n")}, version, 's', '[]', 1, n, CASE WHEN n > ${OLDEST} THEN n END
    FROM generate_series(1, ${POSTS}) n, generate_series(1, 2) version`,
  "ANALYZE",
];

const at = (n: number) => FIRST + n * 1000;
const POST_FILTERS: Required<VideoPostFilter> = {
  status: "REJECTED",
  authorId: "rare",
  slug: "rare",
  resourceType: "AUDIO",
  titlePrefix: "rare",
  createdFrom: at(1),
  createdBefore: at(OLDEST),
};
const JOB_FILTERS: Required<EncoderJobFilter> = {
  status: "DOWNLOADING",
  slug: "rare",
  resourceType: "AUDIO",
  callerId: "rare",
  createdFrom: at(1),
  createdBefore: at(OLDEST),
};

/** Every filter, and every pair. */
function pairsOf<Filter extends object>(values: Filter): Partial<Filter>[] {
  const names = Object.keys(values) as (keyof Filter)[];
  return names.flatMap((first, from) =>
    names.slice(from).map((second) => ({ [first]: values[first], [second]: values[second] }) as Partial<Filter>),
  );
}

describe("a list among many rows in Postgres", async () => {
  if (server === "") return it.skip("needs a server", () => {});
  const { open, url } = await openTestDatabase(server);
  const options = { connectionString: url, application_name: "test" };
  const { connect, end } = pooledClients({ ...options, max: 1, connectionTimeoutMillis: 30_000 }, () => {});
  beforeAll(async () => {
    await open();
    await withOneClient(options, async (client) => {
      for (const text of ROWS) await client.query({ text });
    });
  });
  afterAll(end);

  it("reads little more than it shows, for every filter of posts and of jobs, and every pair", async () => {
    const last = earliestUuidV7(at(POSTS / 2));
    const posts = [{}, ...pairsOf(POST_FILTERS), { status: "DELETED" } as const].flatMap((filter) => {
      const title = filter.titlePrefix === undefined ? {} : { titleFolded: filter.titlePrefix };
      return [null, { videoPostId: last, ...title }].map((after) => ({ filter, after, limit }));
    });
    const jobs = [{}, ...pairsOf(JOB_FILTERS)].flatMap((filter) =>
      (["newest-first", "oldest-first"] as const).flatMap((order) =>
        [null, last].map((after) => ({ filter, order, after, limit })),
      ),
    );
    const costly: unknown[] = [];
    for (const page of posts)
      for (const { rowsRead } of await costsOf(connect, ({ postQueries }) => postQueries.list(page)))
        if (rowsRead > 3 * OLDEST) costly.push({ page, rowsRead });
    // Each with its post, its part and its jobs, looked for by several parts of the statement.
    for (const page of jobs)
      for (const { rowsRead } of await costsOf(connect, ({ encoderJobs }) => encoderJobs.list(page)))
        if (rowsRead > 20 * OLDEST) costly.push({ page, rowsRead });
    expect(costly).toEqual([]);
  });

  it("finds one job, a post's history, and due saves without reading the others", async () => {
    const id = earliestUuidV7(at(5)).slice(0, 13);
    const found = await connect((client) =>
      client.query({ text: "SELECT id FROM video_post WHERE id LIKE $1", values: [`${id}%`] }),
    );
    const videoPostId = found.rows[0]?.id as string;
    const now = at(POSTS);
    const due = { now, first: limit, again: limit, firstWaitMs: 1000, longestWaitMs: 1000 };
    const prefix = `a-film/${videoPostId}/enc/k1-c1/`;
    const costs = [
      await costsOf(connect, ({ encoderJobs }) => encoderJobs.find(videoPostId)),
      await costsOf(connect, ({ encoderJobs }) => encoderJobs.ofPost(videoPostId)),
      await costsOf(connect, ({ postHistory }) => postHistory.page({ videoPostId, before: null, limit })),
      await costsOf(connect, ({ posts }) => posts.load(videoPostId)),
      await costsOf(connect, ({ foldedTitles }) => foldedTitles.complete(limit)),
      await costsOf(connect, ({ prefixes: stored }) => stored.replacedUse(prefix, now)),
      await costsOf(connect, ({ outbox }) => outbox.takeDue(due)),
    ].flat();
    expect(costs.length).toBeGreaterThan(10);
    expect(costs.filter(({ rowsRead }) => rowsRead > 5 * OLDEST)).toEqual([]);
  });
});
