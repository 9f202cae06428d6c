import { describe, expect, inject, it } from "vitest";
import type { OverviewLimits } from "../../shared/application/ports/overview-figures.ts";
import { LAUNCH_STATES } from "../../shared/domain/job/job-launch.ts";
import { earliestUuidV7 } from "../../shared/lib/random-id.ts";
import { pooledClients, withOneClient } from "../../shared/persistence/pg/clients.ts";
import { openTestDatabase } from "./pg-persistence.ts";
import { costsOf } from "./query-plans.ts";

const NOW = Date.UTC(2026, 2, 1, 12);
const ROWS = 20_000;
const limits: OverviewLimits = {
  ...{ endedJobs: 500, jobsInState: 400, launches: 300, reasons: 5, posts: 200, largestPosts: 10 },
};
const input = { now: NOW, from: NOW - 168 * 3_600_000, limits };

/** One job, launch and post a second, until now. */
const at = `(${NOW}::bigint - 1000 * n)`;
const uuid = `substr(lpad(to_hex(${at}), 12, '0'), 1, 8) || '-' || substr(lpad(to_hex(${at}), 12, '0'), 9, 4)
  || '-7000-8000-' || lpad(n::text, 12, '0')`;
const id = (name: string) => `'${name}-' || n`;
const EVERY = `FROM generate_series(0, ${ROWS - 1}) n`;
const FILL = [
  `INSERT INTO video_transcode_job (job_id, video_post_id, file_id, kind, state, claim_no, attempt, max_attempts, run_after,
      cancel_requested, created_at, started_at, finished_at, updated_at, fail_code, fail_reason)
    SELECT ${id("job")}, ${id("post")}, ${id("file")}, 'TRANSCODE',
      CASE n % 4 WHEN 0 THEN 'SUCCEEDED' WHEN 1 THEN 'FAILED' ELSE 'QUEUED' END, 1, 1, 5, ${at}, false, ${at}, ${at},
      CASE WHEN n % 4 < 2 THEN ${at} END, ${at}, CASE n % 4 WHEN 1 THEN 'disk-full' END,
      CASE n % 4 WHEN 1 THEN 'Full.' END ${EVERY}`,
  `INSERT INTO job_launch (launch_id, job_id, runs_job_id, claim_no, number, tries, state, platform, reason, created_at,
      updated_at, claim_by)
    SELECT ${uuid}, ${id("job")}, ${id("job")}, 0, 1, 1, 'ENDED', 'local', 'No room.', ${at}, ${at}, ${at} ${EVERY}`,
  `INSERT INTO video_post (id, author_id, title, slug, description, resource_type, status, interaction, access,
      auto_publish, duration, version, next_file_index, created_at, updated_at)
    SELECT ${id("post")}, 'a', 'A film', 'a-film', '', 'VIDEO', 'PUBLISHED', '{}', 'POLICY', true, 60, 1, 1, n, n ${EVERY}`,
  `INSERT INTO video_file_post (id, video_id, file_index, position, file_name, transfer_result, encrypt_status, file_path,
      file_path_job_id, enc_path, enc_path_job_id, warnings, created_at)
    SELECT ${id("file")}, ${id("post")}, 0, 0, 'a.mp4', 'SUCCESS', 'ENCRYPTED', 'c/', ${id("job")}, 'e/', ${id("job")},
      '[]', n ${EVERY}`,
  `INSERT INTO video_hls_abr_variant (file_id, transcode_job_id, quality, alias, peak_bandwidth, average_bandwidth,
      codecs, segment_count, bytes)
    SELECT ${id("file")}, ${id("job")}, '480p', 'v0', 1, 1, 'a', 1, 100 ${EVERY}`,
  "ANALYZE",
];

describe.skipIf(inject("postgresNewest") === "")(`among ${ROWS} jobs, launches and posts in Postgres`, async () => {
  const { url, open } = await openTestDatabase(inject("postgresNewest"));
  const clients = pooledClients({ connectionString: url, application_name: "test", max: 1 }, () => {});

  it("the overview and the list of launches read as many rows as their limits say", async () => {
    await open();
    await withOneClient({ connectionString: url, application_name: "test" }, async (client) => {
      for (const text of FILL) await client.query({ text });
    });
    const costs = await costsOf(clients.connect, ({ overview }) => overview.read(input));
    const [ended, times, states, oldest, launches, reasons, stored] = costs.map(({ rowsRead }) => rowsRead);
    expect([ended, times]).toEqual([limits.endedJobs, limits.endedJobs]);
    expect(states).toBeLessThanOrEqual(2 * limits.jobsInState);
    expect(oldest).toBeLessThanOrEqual(1);
    expect([launches, reasons]).toEqual([limits.launches, limits.launches]);
    // The post, its part, and the variants of both copies.
    expect(stored).toBeLessThanOrEqual(5 * limits.posts);
    const filters = [{}, { jobId: "job-7" }].flatMap((filter) => [
      filter,
      ...LAUNCH_STATES.map((state) => ({ ...filter, state })),
    ]);
    for (const filter of filters)
      for (const before of [null, earliestUuidV7(NOW - 5_000_000)])
        for (const { rowsRead } of await costsOf(clients.connect, (ports) =>
          ports.launches.page({ filter, before, limit: 10 }),
        ))
          expect(rowsRead).toBeLessThanOrEqual(1000);
    await clients.end();
  });
});
