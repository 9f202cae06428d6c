import { beforeAll, expect, it } from "vitest";
import { OVERVIEW_LIMITS, type OverviewLimits } from "../../../shared/application/ports/overview-figures.ts";
import { LAUNCH_STATES } from "../../../shared/domain/job/job-launch.ts";
import { STANDARD_JOB_RULES } from "../../../shared/domain/job/transcode-job.ts";
import { earliestUuidV7, uuidV7 } from "../../../shared/lib/random-id.ts";
import { d1Persistence } from "../../../shared/persistence/d1/persistence.ts";
import { testEnv } from "../support/test-env.ts";
import { plansOf, readsWhole } from "./query-plans.ts";

const NOW = Date.UTC(2026, 2, 1, 12);
const JOBS = 20_000;
const limits: OverviewLimits = {
  ...{ endedJobs: 500, jobsInState: 400, launches: 300, reasons: 5, posts: 200, largestPosts: 10 },
};

/** One job, launch and post a second, until now. */
const id = (name: string) => `'${name}-' || n`;
const at = `(${NOW} - 1000 * n)`;
const uuid = `(printf('%08x', ${at} / 65536) || '-' || printf('%04x', ${at} % 65536) || '-7000-8000-' || printf('%012d', n))`;
const ROWS = `WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${JOBS - 1})`;
const FILL = [
  `INSERT INTO video_transcode_job (job_id, video_post_id, file_id, kind, state, claim_no, attempt, max_attempts, run_after,
      cancel_requested, created_at, started_at, finished_at, updated_at, fail_code, fail_reason)
    ${ROWS} SELECT ${id("job")}, ${id("post")}, ${id("file")}, 'TRANSCODE',
      CASE n % 4 WHEN 0 THEN 'SUCCEEDED' WHEN 1 THEN 'FAILED' ELSE 'QUEUED' END, 1, 1, 5, ${at}, 0, ${at}, ${at},
      CASE WHEN n % 4 < 2 THEN ${at} END, ${at}, CASE n % 4 WHEN 1 THEN 'disk-full' END, CASE n % 4 WHEN 1 THEN 'Full.' END
    FROM numbers`,
  `INSERT INTO job_launch (launch_id, job_id, runs_job_id, claim_no, number, tries, state, platform, reason, created_at,
      updated_at, claim_by)
    ${ROWS} SELECT ${uuid}, ${id("job")}, ${id("job")}, 0, 1, 1, 'ENDED', 'local', 'No room.', ${at}, ${at}, ${at}
    FROM numbers`,
  `INSERT INTO video_post (id, author_id, title, slug, description, resource_type, status, interaction, access,
      auto_publish, duration, version, next_file_index, created_at, updated_at)
    ${ROWS} SELECT ${id("post")}, 'a', 'A film', 'a-film', '', 'VIDEO', 'PUBLISHED', '{}', 'POLICY', 1, 60, 1, 1, n, n
    FROM numbers`,
  `INSERT INTO video_file_post (id, video_id, file_index, position, file_name, transfer_result, encrypt_status, file_path,
      file_path_job_id, enc_path, enc_path_job_id, warnings, created_at)
    ${ROWS} SELECT ${id("file")}, ${id("post")}, 0, 0, 'a.mp4', 'SUCCESS', 'ENCRYPTED', 'c/', ${id("job")}, 'e/',
      ${id("job")}, '[]', n FROM numbers`,
  `INSERT INTO video_hls_abr_variant (file_id, transcode_job_id, quality, alias, peak_bandwidth, average_bandwidth,
      codecs, segment_count, bytes)
    ${ROWS} SELECT ${id("file")}, ${id("job")}, '480p', 'v0', 1, 1, 'a', 1, 100 FROM numbers`,
];

beforeAll(async () => {
  for (const text of FILL) await testEnv.DB.prepare(text).run();
});

const input = { now: NOW, from: NOW - 168 * 3_600_000, limits };

/** Rows and entries of indexes that each statement of a batch reads, as Cloudflare bills them. */
async function rowsRead(): Promise<number[]> {
  const read: number[] = [];
  const counting = new Proxy(testEnv.DB, {
    get: (database, property) => {
      const found = Reflect.get(database, property);
      if (property !== "batch") return typeof found === "function" ? found.bind(database) : found;
      return async (statements: D1PreparedStatement[]) => {
        const results = await database.batch(statements);
        read.push(...results.map(({ meta }) => meta.rows_read));
        return results;
      };
    },
  });
  const { jobs, queue, launches, storage } = await d1Persistence(counting, STANDARD_JOB_RULES).overview.read(input);
  expect(jobs.byHour.reduce((sum, { count }) => sum + count, 0)).toBe(limits.endedJobs);
  expect(jobs.completeFrom).toBeGreaterThan(input.from);
  expect(queue.counts).toEqual({ QUEUED: 400, RUNNING: 0, RETRY_WAIT: 0, FAILED: 400 });
  expect(launches.byState).toEqual([{ state: "ENDED", cause: null, count: 300 }]);
  expect(storage).toMatchObject({ posts: 200, isComplete: false, encryptedBytes: 20_000 });
  return read;
}

it(`the overview of ${JOBS} jobs, launches and posts reads as many rows as its limits say, by indexes`, async () => {
  const [ended, times, states, oldest, launches, reasons, stored] = await rowsRead();
  // What is grouped is read again from the temporary table of the group.
  expect(ended).toBeLessThanOrEqual(3 * limits.endedJobs);
  expect(times).toBeLessThanOrEqual(16 * limits.endedJobs);
  expect(states).toBeLessThanOrEqual(3 * limits.jobsInState);
  expect(oldest).toBeLessThanOrEqual(2);
  expect(launches).toBeLessThanOrEqual(4 * limits.launches);
  expect(reasons).toBeLessThanOrEqual(4 * limits.launches);
  expect(stored).toBeLessThanOrEqual(16 * limits.posts);
  const plans = await plansOf(({ overview }) => overview.read({ ...input, limits: OVERVIEW_LIMITS }));
  const lines = plans.flat();
  expect(lines).toContainEqual(expect.stringMatching(/^SEARCH video_transcode_job USING COVERING INDEX \w+_ended /));
  // Of the tables themselves nothing is read without an index, and none but the list of posts from its end.
  const scans = lines.filter((line) => /^SCAN (?:video_|job_launch|upload_|[fvuj]\b)/.test(line));
  expect(new Set(scans)).toEqual(new Set(["SCAN video_post USING INDEX video_post_live"]));
});

it("a page of launches searches an index, in its order, for every filter", async () => {
  const filters = [{}, { jobId: uuidV7(1) }].flatMap((filter) => [
    filter,
    ...LAUNCH_STATES.map((state) => ({ ...filter, state })),
  ]);
  const uses = filters.flatMap((filter) =>
    [null, earliestUuidV7(NOW)].map((before) => ({ filter, before, limit: 10 })),
  );
  for (const page of uses) {
    const plans = await plansOf(({ launches }) => launches.page(page));
    expect(plans).toHaveLength(1);
    const [plan] = plans;
    expect(plan).toContainEqual(
      expect.stringContaining("SEARCH job_launch USING INDEX sqlite_autoindex_job_launch_1 (launch_id"),
    );
    // At most a thousand rows, behind the limit, in the order of their numbers.
    const isBehindLimit = (line: string) => /^SCAN (?:launches|numbered)$|^USE TEMP B-TREE FOR ORDER BY$/.test(line);
    const others = plan!.filter((line) => !isBehindLimit(line));
    if (page.filter.jobId === undefined)
      expect(plan!.filter((line) => line.includes("FOR ORDER BY"))).toEqual(["USE TEMP B-TREE FOR ORDER BY"]);
    expect(readsWhole(others.filter((line) => !line.startsWith("UNION USING TEMP B-TREE")))).toBe(false);
  }
});
